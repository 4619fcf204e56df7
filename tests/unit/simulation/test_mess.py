"""What departments send of a simulated county, and its answers: Doudi is judged on it as on the samples."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import pytest
from tests.score import score

from doudi.cli import main
from doudi.kernel.errors import DoudiError
from doudi.simulation.home import Wish
from doudi.simulation.mess.write import write_mess
from doudi.simulation.places import places_of

AS_OF = "2026-10-31"


def write(folder: Path, households: int, seed: int = 3) -> None:
    write_mess(Wish(households, seed, "431382", date.fromisoformat(AS_OF)), places_of("431382", households), folder, 1)


@pytest.fixture(autouse=True)
def keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOUDI_KEYS", str(tmp_path / "keys"))


def test_doudi_passes_on_a_simulated_mess(tmp_path: Path) -> None:
    sent, home = tmp_path / "sent", tmp_path / "home"
    write(sent, 300)
    assert main(["--home", str(home), "intake", str(sent)]) in (0, 1)
    assert main(["--home", str(home), "run", "--as-of", AS_OF]) == 0
    found = {name: tmp_path / f"{name}.csv" for name in ("alerts", "rejects", "links")}
    for name, path in found.items():
        ids = [] if name == "rejects" else ["--with-ids"]
        assert main(["--home", str(home), "export", name, "--format", "csv", "-o", str(path), *ids]) == 0
    says = io.StringIO()
    assert score(sent / "truth", found["alerts"], 0.99, found["rejects"], found["links"], out=says) == 0, says.getvalue()
    assert "expected 0," not in says.getvalue().split("total:")[1].splitlines()[0]


def test_the_mess_holds_slips_of_every_kind(tmp_path: Path) -> None:
    write(tmp_path / "sent", 900)
    links = (tmp_path / "sent" / "truth" / "links.csv").read_text("utf-8")
    for kind in ("id_one_digit", "id_two_swapped", "id_scientific", "id_empty", "id_of_stranger", "exact_duplicate", "superseded_by_resend",
                 "other_county", "id_15", "id_full_width", "name_spaces", "money_impossible", "date_impossible", "code_unknown"):  # fmt: skip
        assert kind in links, kind


def test_the_same_seed_gives_the_same_files_and_another_one_others(tmp_path: Path) -> None:
    def content(folder: Path) -> dict[str, bytes]:
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}

    for name, seed in (("one", 3), ("again", 3), ("other", 4)):
        write(tmp_path / name, 60, seed)
    one, again, other = (content(tmp_path / name) for name in ("one", "again", "other"))
    assert one == again
    assert one["truth/people.csv"] != other["truth/people.csv"]


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("x", "utf-8")
    with pytest.raises(DoudiError, match="不是空的"):
        write(tmp_path, 10)
