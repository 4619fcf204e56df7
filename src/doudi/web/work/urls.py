"""Addresses of work."""

from django.urls import path

from doudi.web.work import acting, views

urlpatterns = [
    path("work/", views.work, name="work"),
    path("work/accept/", acting.accept_several, name="work-accept"),
    path("work/<int:pk>/", views.item, name="item"),
    path("work/<int:pk>/<slug:step>/", acting.take, name="item-step"),
]
