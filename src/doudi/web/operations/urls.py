"""Answered before sessions and scopes are looked at: see `middleware`."""

from django.urls import path

from doudi.web.operations import views

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("metrics", views.metrics, name="metrics"),
]
