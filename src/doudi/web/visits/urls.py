"""Addresses of visits, proposed changes, applications and the sheet for families."""

from django.urls import path

from doudi.web.visits import applications, filling, sheets, views

urlpatterns = [
    path("visits/", views.visits, name="visits"),
    path("visits/due/", views.visits_due, name="visits-due"),
    path("visits/new/<int:household>/", views.visit_new, name="visit-new"),
    path("visits/<int:pk>/", views.visit, name="visit"),
    path("visits/<int:pk>/assign/", views.visit_give, name="visit-assign"),
    path("visits/<int:pk>/cancel/", views.visit_call_off, name="visit-cancel"),
    path("visits/<int:pk>/check/", filling.visit_check, name="visit-check"),
    path("visits/<int:pk>/handed-in/", filling.visit_handed_in, name="visit-handed-in"),
    path("visits/<int:pk>/fill/<slug:group>/", filling.visit_screen, name="visit-screen"),
    path("households/<int:number>/policies/", sheets.sheet, name="household-policies"),
    path("applications/", applications.applications, name="applications"),
    path("applications/new/<int:household>/", applications.application_new, name="application-new"),
    path("applications/<int:pk>/", applications.application, name="application"),
    path("applications/<int:pk>/submit/", applications.submit, name="application-submit"),
    path("applications/<int:pk>/end/", applications.end, name="application-end"),
]
