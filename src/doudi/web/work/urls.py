"""Addresses of work."""

from django.urls import path

from doudi.web.work import acting, views

urlpatterns = [
    path("tasks/", views.work, name="work"),
    path("tasks/accept/", acting.accept_several, name="work-accept"),
    path("tasks/<int:pk>/", views.item, name="item"),
    path("tasks/<int:pk>/<slug:step>/", acting.take, name="item-step"),
]
