"""Addresses of work."""

from django.urls import path

from doudi.web.work import acting, exporting, views

urlpatterns = [
    path("tasks/", views.work, name="work"),
    path("tasks/accept/", acting.accept_several, name="work-accept"),
    path("tasks/export/", exporting.export, name="work-export"),
    path("tasks/<int:pk>/", views.item, name="item"),
    path("tasks/<int:pk>/<slug:step>/", acting.take, name="item-step"),
]
