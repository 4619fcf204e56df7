"""All addresses; each room of pages lists its own."""

from django.urls import include, path

urlpatterns = [
    path("", include("doudi.web.urls")),
]
handler403 = "doudi.web.errors.forbidden"
handler404 = "doudi.web.errors.not_found"
handler500 = "doudi.web.errors.failed"
