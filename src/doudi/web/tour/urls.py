"""Addresses of the room."""

from django.urls import path

from doudi.web.tour import views

urlpatterns = [
    path("tour/", views.tour, name="tour"),
    path("tour/done/", views.done, name="tour-done"),
]
