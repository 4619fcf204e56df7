"""All pages, by room."""

from django.urls import include, path

from doudi.web import home

urlpatterns = [
    path("", home.home, name="home"),
    path("", include("doudi.web.work.urls")),
    path("", include("doudi.web.news.urls")),
    path("", include("doudi.web.tour.urls")),
    path("", include("doudi.web.conferences.urls")),
    path("", include("doudi.web.clues.urls")),
    path("", include("doudi.web.visits.urls")),
    path("", include("doudi.web.households.urls")),
    path("", include("doudi.web.operations.urls")),
    path("", include("doudi.web.accounts.urls")),
    path("", include("doudi.web.administration.urls")),
    path("", include("doudi.web.map.urls")),
    path("", include("doudi.web.rules.urls")),
    path("", include("doudi.web.deliveries.urls")),
]
