"""All pages, by room."""

from django.urls import path

from doudi.web import home

urlpatterns = [
    path("", home.home, name="home"),
]
