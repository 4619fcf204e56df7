"""Addresses of the room."""

from django.urls import path

from doudi.web.rules import views

urlpatterns = [
    path("rules/", views.book, name="rules"),
    path("rules/<slug:name>/", views.rule, name="rule"),
]
