"""Forms ask in words: what was left out is said by its name, and a page that shows a form again says so above it."""

from __future__ import annotations

from django import forms

CHOICES = (forms.Select, forms.RadioSelect, forms.CheckboxSelectMultiple, forms.CheckboxInput)


def ask_in_words(form: forms.BaseForm) -> None:
    """Say of each field what is missing; to be called when all fields are there."""
    for name, field in form.fields.items():
        label = str(field.label or name).rstrip("：:")
        verb = "请选择" if isinstance(field.widget, CHOICES) else "请填写"
        field.error_messages["required"] = f"请勾选“{label}”" if isinstance(field.widget, forms.CheckboxInput) else f"{verb}“{label}”"


class Asking(forms.Form):
    """A form whose fields all stand in its class."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        ask_in_words(self)
