"""Pages of the room."""

from __future__ import annotations

import csv

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from doudi.casework.audit.actions import EXPORTED
from doudi.casework.audit.services import record
from doudi.casework.statistics.measures import FIRST, MEASURES, Measure
from doudi.casework.statistics.selectors import PlaceView, place_view
from doudi.web.map.areas import areas_of, legend
from doudi.web.map.outlines import WIDTH
from doudi.web.map.summary import summary
from doudi.web.map.tables import Row, departments_of, line_of, rows_of
from doudi.web.permissions import ActingRequest, needs

ORDERS = {"rate": "按比例", "place": "按地区"}


@needs("supervise")
def own_map(request: ActingRequest) -> HttpResponse:
    """The viewer's own region."""
    return redirect("map_place", request.actor.region)


@needs("supervise")
def place(request: ActingRequest, code: str) -> HttpResponse:
    """A place: the map or bars of the places within it, the table, departments, the line over time."""
    view, measure = _asked(request, code)
    order = request.GET.get("order", "rate")
    areas, height = areas_of(request.actor, view, measure)
    return render(
        request,
        "map/place.html",
        {
            "view": view,
            "measure": measure,
            "measures": MEASURES.values(),
            "orders": ORDERS,
            "order": order if order in ORDERS else "rate",
            "rows": _ordered(rows_of(request.actor, view, measure), order),
            "areas": areas,
            "width": WIDTH,
            "height": height,
            "legend": legend(view, measure),
            "summary": summary(request.actor, view),
            "departments": departments_of(view) if request.actor.scope.lo else [],
            "line": line_of(view, measure),
        },
    )


@needs("supervise")
def table(request: ActingRequest, code: str) -> HttpResponse:
    """The table as a file for a spreadsheet; kept in the audit."""
    view, measure = _asked(request, code)
    record(request.actor, EXPORTED, kind="map_place", object=code, region=code, detail={"measure": measure.key, "rows": len(view.within)})
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{measure.key}-{code}-{view.day}.csv"'
    response.write("\ufeff")
    out = csv.writer(response)
    out.writerow(["地区代码", "地区", f"{measure.name}（{measure.unit}）", "数量", "基数", "统计日期"])
    for row in rows_of(request.actor, view, measure):
        out.writerow([f"\t{row.code}", row.name, "" if row.rate is None else round(row.rate, 2), row.count, row.base or "", view.day])
    return response


def _asked(request: ActingRequest, code: str) -> tuple[PlaceView, Measure]:
    view = place_view(request.actor, code)
    if view is None:
        raise Http404
    return view, MEASURES.get(request.GET.get("show", FIRST), MEASURES[FIRST])


def _ordered(rows: list[Row], order: str) -> list[Row]:
    return rows if order == "place" else sorted(rows, key=lambda row: (row.rate is None, -(row.rate or 0)))
