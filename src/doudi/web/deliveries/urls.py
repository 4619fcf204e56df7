"""Addresses of the room."""

from django.urls import path

from doudi.web.deliveries import views

urlpatterns = [
    path("deliveries/", views.departments, name="deliveries"),
    path("deliveries/<slug:name>/", views.dataset, name="dataset"),
]
