"""Fields of forms in the site's look; large enough for a thumb."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django import forms

from doudi.web.asking import ask_in_words


class Looks(forms.Form):
    """A form whose fields have the site's classes and point at their hints."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            widget = field.widget
            if isinstance(widget, forms.Select):
                widget.attrs.setdefault("class", "form-select")
            elif not isinstance(widget, forms.CheckboxInput | forms.HiddenInput | forms.RadioSelect | forms.CheckboxSelectMultiple):
                widget.attrs.setdefault("class", "form-control")
        ask_in_words(self)

    def add_error(self, field: str | None, error: Any) -> None:
        """As Django does, and the field says so to who cannot see it. Not in `__init__`: choices come later."""
        super().add_error(field, error)
        if field in self.fields:
            self.fields[field].widget.attrs["aria-invalid"] = "true"


class Versioned(Looks):
    """Carries the version of what was shown."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class Once(Looks):
    """Carries a one-time key: sent twice, it is done once."""

    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)


def day(label: str, **more: Any) -> forms.DateField:
    """A day, with the browser's calendar."""
    return forms.DateField(label=label, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), **more)


def words(label: str, *, rows: int = 3, most: int = 500, **more: Any) -> forms.CharField:
    """A few sentences."""
    return forms.CharField(label=label, max_length=most, widget=forms.Textarea(attrs={"rows": rows}), **more)
