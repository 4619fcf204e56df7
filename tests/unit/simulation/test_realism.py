"""The synthetic province is like the published one, within stated bounds."""

from __future__ import annotations

from datetime import date

import pytest

from doudi.intake.settle import open_cut
from doudi.simulation.figures import figures
from doudi.simulation.home import Wish, write_home
from doudi.simulation.places import places_of
from doudi.simulation.realism import MEASURES, Line, measure, render
from doudi.simulation.timeline import Timeline

AS_OF = date(2026, 10, 31)
HOUSEHOLDS = 24_000


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> list[Line]:
    folder = tmp_path_factory.mktemp("province")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DOUDI_KEYS", str(folder / "keys"))
        wish = Wish(HOUSEHOLDS, 20241231, "43", AS_OF, 1, lake_only=True)
        made = write_home(wish, places_of("43", HOUSEHOLDS), folder / "home", 1)
    return measure(made.home, open_cut(made.home.lake / made.cut), Timeline(AS_OF, 1))


def test_every_published_figure_is_measured() -> None:
    assert set(figures()["targets"]) == set(MEASURES)


def test_a_small_province_meets_every_published_figure_within_its_bounds(lines: list[Line]) -> None:
    assert [f"{line.says} {line.drawn:.5f} not {line.published:.5f}" for line in lines if not line.fits] == []


def test_the_report_names_every_figure_with_its_source(lines: list[Line]) -> None:
    page = render(lines, "试")
    for line in lines:
        assert f"| {line.says}" in page
        assert line.source in page


def test_a_figure_out_of_bounds_is_said_to_be() -> None:
    line = Line("x", "某项", "比例", 0.1, 0.2, 0.05, "某处", False, False)
    assert not line.fits
    assert "| +100.0% | ±5% | 否 |" in render([line], "")
