"""Addresses of the room."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from doudi.web.map import views


class RegionCode(StringConverter):
    """2, 4, 6, 9 or 12 digits."""

    regex = "[0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{9}|[0-9]{12}"


register_converter(RegionCode, "region")

urlpatterns = [
    path("map/", views.own_map, name="map"),
    path("map/<region:code>/", views.place, name="map_place"),
    path("map/<region:code>/table.csv", views.table, name="map_table"),
]
