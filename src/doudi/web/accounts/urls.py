"""Addresses of the room."""

from django.urls import path

from doudi.web.accounts import account, unsent, views

urlpatterns = [
    path("login", views.login, name="login"),
    path("login/code", views.code, name="login-code"),
    path("login/enrol", views.enrol, name="login-enrol"),
    path("login/password", views.new_password, name="login-password"),
    path("login/next", views.onwards, name="login-next"),
    path("logout", views.leave, name="logout"),
    path("account", account.show, name="account"),
    path("account/unsent", unsent.unsent, name="account-unsent"),
    path("account/password", account.password, name="account-password"),
    path("account/recovery", account.recovery, name="account-recovery"),
    path("account/membership", account.membership, name="account-membership"),
    path("account/sessions/end", account.end_sessions, name="account-sessions-end"),
]
