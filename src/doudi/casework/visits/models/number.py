"""Numbers that are given out one after the other."""

from __future__ import annotations

from django.db import models


class Counter(models.Model):
    """The last number given in a series, such as the visits of a county in a year; counted up in the transaction of what is numbered."""

    series = models.CharField(max_length=40, primary_key=True)
    last = models.BigIntegerField(default=0)
