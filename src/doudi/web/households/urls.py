"""Addresses of the registry."""

from django.urls import path

from doudi.web.households import corrections, views

urlpatterns = [
    path("households/", views.households, name="households"),
    path("households/<int:number>/", views.household, name="household"),
    path("households/<int:number>/reveal/<int:person>/", views.household_reveal, name="household-reveal"),
    path("households/<int:number>/correct/", corrections.correct, name="household-correct"),
    path("corrections/", corrections.waiting, name="corrections"),
    path("corrections/<int:pk>/", corrections.review, name="correction"),
]
