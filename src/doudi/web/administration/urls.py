"""Addresses of the room."""

from django.urls import path

from doudi.web.administration import audit, system, users

urlpatterns = [
    path("audit/", audit.search, name="audit"),
    path("audit/export", audit.export, name="audit-export"),
    path("system/", system.show, name="system"),
    path("users/", users.listed, name="users"),
    path("users/new", users.new, name="user-new"),
    path("users/roles", users.roles, name="roles"),
    path("users/<int:number>/", users.one, name="user"),
    path("users/<int:number>/grant", users.grant, name="user-grant"),
    path("users/<int:number>/<slug:what>", users.act, name="user-act"),
    path("users/grants/<int:number>", users.decide, name="grant-decide"),
]
