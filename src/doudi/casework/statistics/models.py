"""Figures of places and days, added up beforehand."""

from __future__ import annotations

from django.db import models

from doudi.casework.organisation.models import CODE


class PlaceDay(models.Model):
    """The figures of one place on one day, added up beforehand: nothing about a person, so no row security; `selectors` keeps to the viewer's region.

    `figures`: department -> key -> number; the empty department is all of them together. Keys: see `services`. Villages are kept for the newest
    day only. `rules`: rule -> open leads.
    """

    day = models.DateField("日期")
    place = models.CharField("地区", **CODE)
    run = models.CharField("运行", max_length=80)
    figures = models.JSONField("数量", default=dict)
    rules = models.JSONField("各规则线索", default=dict)

    class Meta:
        verbose_name = verbose_name_plural = "分地区统计"
        constraints = [models.UniqueConstraint(fields=["place", "day"], name="one_line_for_a_place_and_day")]
        indexes = [models.Index(fields=["day", "place"], name="figures_of_a_day")]
