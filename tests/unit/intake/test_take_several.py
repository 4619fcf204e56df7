"""Several files at once: archives, sheets, manifests, and what is no delivery."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import openpyxl
import pytest
from tests.unit.intake.cast import (
    AID_HEADER,
    aid_file,
    aid_row,
    open_home,
    put,
    take,
)
from tests.unit.intake.test_take import take_one

from doudi.intake.delivery import all_deliveries, all_sendings
from doudi.kernel.errors import DoudiError


def zipped(files: dict[str, bytes | str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def test_members_of_an_archive_are_deliveries_named_by_both(tmp_path: Path) -> None:
    home = open_home(tmp_path)
    members = {"b.csv": aid_file([2]), "临时救助/a.csv": aid_file([1]), "__MACOSX/._a.csv": b"x", "readme.txt": b"x", "c.zip": zipped({"d.csv": "x"})}
    put(tmp_path / "in", "临时救助_202610.zip", zipped(members))
    found = {outcome.file: outcome.verdict for outcome in take(home, tmp_path / "in").outcomes}
    outer = "临时救助_202610.zip!"
    assert found == {f"{outer}b.csv": "accepted", f"{outer}c.zip": "refused", f"{outer}临时救助/a.csv": "accepted"}


def test_an_archive_with_a_damaged_member_is_refused_whole(tmp_path: Path) -> None:
    content = bytearray(zipped({"a.csv": aid_file(range(50)), "b.csv": aid_file(range(50, 99))}))
    content[content.rindex(b"PK\x01\x02") - 40] ^= 0x55
    home, outcome = take_one(tmp_path, "临时救助_202610.zip", bytes(content))
    assert (outcome.file, outcome.verdict) == ("临时救助_202610.zip", "refused")
    assert len(list(all_deliveries(home))) == 1


def test_a_manifest_inside_an_archive_speaks_for_its_members(tmp_path: Path) -> None:
    manifest = "file,dataset,period,rows_claimed,sent_at\na.csv,temporary_aid,202609,1,2026-10-01 08:00:00\n"
    home, outcome = take_one(tmp_path, "包.zip", zipped({"a.csv": aid_file([1]), "manifest.csv": manifest}))
    assert (outcome.file, outcome.dataset, outcome.period) == ("包.zip!a.csv", "temporary_aid", "202609")
    assert all_sendings(home)[0]["sent_at"] == "2026-10-01 08:00:00"


def test_several_sheets_are_deliveries_of_their_own_all_or_none(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for name, number in (("城区", 1), ("乡镇", 2)):
        sheet = book.create_sheet(name)
        sheet.append(AID_HEADER)
        sheet.append(aid_row(number))
    book.remove(book["Sheet"])
    out = io.BytesIO()
    book.save(out)
    home = open_home(tmp_path)
    outcomes = take(home, put(tmp_path / "in", "临时救助_202610.xlsx", out.getvalue())).outcomes
    assert [(outcome.file, outcome.accepted) for outcome in outcomes] == [("临时救助_202610.xlsx!城区", 1), ("临时救助_202610.xlsx!乡镇", 1)]
    book["乡镇"].append(["注：金额单位：万元"])
    out = io.BytesIO()
    book.save(out)
    (refused,) = take(open_home(tmp_path, "other"), put(tmp_path / "in2", "临时救助_202610.xlsx", out.getvalue())).outcomes
    assert (refused.file, refused.verdict, refused.delivered) == ("临时救助_202610.xlsx", "refused", 2)


def test_the_manifest_gives_moment_and_claim_and_is_compared(tmp_path: Path) -> None:
    home = open_home(tmp_path)
    put(tmp_path / "in", "甲.csv", aid_file([1, 2]))
    put(tmp_path / "in", "manifest.csv", "file,dataset,period,rows_claimed,sent_at\n甲.csv,临时救助,202610,3,2026-10-31 08:00:00\n乙.csv,,,,\n")
    summary = take(home, tmp_path / "in")
    assert [outcome.dataset for outcome in summary.outcomes] == ["temporary_aid"]
    assert [fault.code for fault in summary.faults] == ["manifest_missing_file", "manifest_entry"]
    (sending,) = all_sendings(home)
    assert (sending["order"], sending["rows_claimed"]) == (["2026-10-31 08:00:00", 0, "甲.csv"], 3)


@pytest.mark.parametrize(
    "listed", ["临时救助(202610).csv", "临时救助202610.CSV", "临时救助_（202610）.xlsx", "报送/临时救助（202610）", "临时 救助-（202610）.csv"]
)
def test_a_manifest_that_writes_a_file_otherwise_still_speaks_for_it(tmp_path: Path, listed: str) -> None:
    put(tmp_path / "in", "临时救助_（202610）.csv" if "（" in listed or "(" in listed else "临时救助_202610.csv", aid_file([1]))
    put(tmp_path / "in", "工伤_202610.csv", "")
    put(tmp_path / "in", "manifest.csv", f"file,sent_at\n{listed},2026-11-03 08:00:00\n工伤_202610.csv,2026-11-04\n")
    home = open_home(tmp_path)
    (fault,) = take(home, tmp_path / "in").faults
    assert (fault.code, listed in fault.what) == ("manifest_entry", True)
    assert [sending["sent_at"] for sending in all_sendings(home)] == ["2026-11-03 08:00:00", "2026-11-04 00:00:00"]


def test_a_manifest_is_not_stretched_to_one_of_two_files(tmp_path: Path) -> None:
    for name in ("临时救助-202610.csv", "临时救助 202610.csv"):
        put(tmp_path / "in", name, aid_file([1]))
    put(tmp_path / "in", "manifest.csv", "file,sent_at\n临时救助202610.csv,2026-11-03\n")
    home = open_home(tmp_path)
    assert [fault.code for fault in take(home, tmp_path / "in").faults] == ["manifest_missing_file"]
    assert {sending["sent_at"] for sending in all_sendings(home)} == {None}


def test_without_a_manifest_period_correction_and_name_make_the_order(tmp_path: Path) -> None:
    home = open_home(tmp_path)
    for name in ("临时救助_202610.csv", "临时救助_202609.csv", "临时救助_202609（更正）.csv", "a/临时救助_202609.csv"):
        put(tmp_path / "in", name, aid_file([len(name)]))
    take(home, tmp_path / "in")
    assert [sending["file"] for sending in all_sendings(home)] == [
        "a/临时救助_202609.csv",
        "临时救助_202609.csv",
        "临时救助_202609（更正）.csv",
        "临时救助_202610.csv",
    ]
    assert all_sendings(home)[0]["order"][0] == "2026-09-30 23:59:59"


def test_what_is_no_delivery_is_left_alone(tmp_path: Path) -> None:
    home = open_home(tmp_path)
    folder = tmp_path / "in"
    for name in ("README.md", ".hidden.csv", "~$临时救助_202610.xlsx", "truth/links.csv", ".git/x.csv", "填报说明.txt"):
        put(folder, name, "x")
    put(folder, "临时救助_202610.csv", aid_file([1]))
    summary = take(home, folder)
    assert [outcome.file for outcome in summary.outcomes] == ["临时救助_202610.csv"]
    assert [name for name, _ in summary.left_out] == ["README.md", "填报说明.txt"]


def test_nothing_to_take_is_an_error(tmp_path: Path) -> None:
    home = open_home(tmp_path)
    for place, code in ((tmp_path / "nowhere", "intake_nothing_there"), (tmp_path, "intake_no_files")):
        (tmp_path / "empty").mkdir(exist_ok=True)
        with pytest.raises(DoudiError) as caught:
            take(home, tmp_path / "empty" if code == "intake_no_files" else place)
        assert caught.value.faults[0].code == code


def test_a_broken_manifest_stops_everything_before_it_begins(tmp_path: Path) -> None:
    home = open_home(tmp_path)
    put(tmp_path / "in", "临时救助_202610.csv", aid_file([1]))
    put(tmp_path / "in", "manifest.csv", b"\x00\x00\x00")
    with pytest.raises(DoudiError) as caught:
        take(home, tmp_path / "in")
    assert caught.value.faults[0].code == "manifest_unreadable"
    assert list(all_deliveries(home)) == []


def test_a_whole_folder_may_come_in_one_archive(tmp_path: Path) -> None:
    manifest = "file,dataset,period,rows_claimed,sent_at\n甲.csv,temporary_aid,202609,1,2026-10-01 08:00:00\n"
    files = {"某市/甲.csv": aid_file([1]), "某市/manifest.csv": manifest, "某市/truth/links.csv": "x", "某市/README.md": "x"}
    _, outcome = take_one(tmp_path, "报送.zip", zipped(files))
    assert (outcome.file, outcome.verdict, outcome.period) == ("报送.zip!某市/甲.csv", "accepted", "202609")
