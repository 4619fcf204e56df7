"""What a service refused, as words at the top of a form; what was typed stays where it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from doudi.kernel.errors import DoudiError, Fault

REFUSED = 422
"""The status of a page that shows a form again because something in it cannot be done."""


def put_into(form: BaseForm, problem: DoudiError) -> None:
    """Add a service's faults to a form: at the field that `where` names, else at the top."""
    for fault in problem.faults:
        name = fault.where if fault.where in form.fields else None
        form.add_error(name, words(fault, with_place=name is None))


def words(fault: Fault, *, with_place: bool = True) -> str:
    """A fault in one sentence: what, why, what to do; without its code."""
    head = f"{fault.where}：{fault.what}" if with_place and fault.where and not _is_name(fault.where) else fault.what
    return "。".join(part for part in (head, fault.why, fault.todo) if part)


def shown_again(request: HttpRequest, template: str, context: dict[str, Any], problem: DoudiError | None = None) -> HttpResponse:
    """The page once more, with the faults above it (`parts/faults.html` through base.html); status 422, so that nobody takes it for done."""
    return render(request, template, {**context, "faults": faults_in(context, problem)}, status=REFUSED)


def by_labels(faults: Iterable[Fault], labels: Mapping[str, str]) -> list[Fault]:
    """Faults with the label of a field for its name in the code; without a place where there is no label, or the sentence has it."""
    placed = [replace(fault, where=labels.get(fault.where, "" if _is_name(fault.where) else fault.where)) for fault in faults]
    return [replace(fault, where="") if fault.where in fault.what else fault for fault in placed]


def _is_name(where: str) -> bool:
    """Whether a place is a name in the code: `members_now`."""
    return where.isascii() and where.isidentifier()


def faults_in(context: dict[str, Any], problem: DoudiError | None) -> list[Fault]:
    """The service's faults; without any, those of the form. A field is named by its label, not by its name in the code."""
    form = context.get("form")
    labels = {name: str(field.label or "") for name, field in form.fields.items()} if isinstance(form, BaseForm) else {}
    if problem is not None:
        return by_labels(problem.faults, labels)
    if not isinstance(form, BaseForm):
        return []
    return [Fault("form", str(message), where=labels.get(name, "")) for name, messages in form.errors.items() for message in messages]
