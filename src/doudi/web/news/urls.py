"""Addresses of the room."""

from django.urls import path

from doudi.web.news import views

urlpatterns = [
    path("news/", views.news, name="news"),
    path("news/seen/", views.seen, name="news-seen"),
]
