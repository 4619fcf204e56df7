"""Files taken into a home: every row ends somewhere, nothing half, nothing twice, no identity in the open."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from tests.unit.intake.cast import (
    AID_HEADER,
    KEYS,
    PEOPLE_HEADER,
    aid_file,
    aid_row,
    citizen,
    csv_text,
    open_home,
    people_file,
    put,
    take,
)
from tests.unit.intake.files import workbook

from doudi.identity.sealed import open_sealed, unseal_bytes
from doudi.identity.stamp import Stamper
from doudi.intake.delivery import all_deliveries, all_sendings
from doudi.intake.take import Outcome
from doudi.kernel import ids
from doudi.kernel.errors import CODES
from doudi.lake.home import Home
from doudi.published.seal import Sealer


def rows_of(home: Home, outcome: Outcome, name: str = "rows") -> list[dict[str, Any]]:
    return pq.read_table(home.deliveries / outcome.delivery / f"{name}.parquet").to_pylist()


def take_one(tmp_path: Path, name: str, content: bytes | str) -> tuple[Home, Outcome]:
    home = open_home(tmp_path)
    summary = take(home, put(tmp_path / "in", name, content))
    assert summary.faults == []
    (outcome,) = summary.outcomes
    return home, outcome


def reasons(tmp_path: Path, *rows: list[str], header: tuple[str, ...] = AID_HEADER) -> dict[int, list[tuple[str, str]]]:
    """Row number -> (code, column) of its faults, for a file of temporary aid."""
    home, outcome = take_one(tmp_path, "临时救助_202610.csv", csv_text(rows, header))
    found: dict[int, list[tuple[str, str]]] = {}
    for fault in rows_of(home, outcome, "refused"):
        found.setdefault(fault["row"], []).append((fault["code"], fault["column"]))
        assert fault["nth"] == len(found[fault["row"]])
        assert fault["code"] in CODES
    assert outcome.refused == len(found)
    assert outcome.accepted == outcome.delivered - len(found)
    return found


def test_an_accepted_row_is_typed_and_names_nobody(tmp_path: Path) -> None:
    home, outcome = take_one(tmp_path, "临时救助_202610.csv", csv_text([aid_row(7)]))
    (row,) = rows_of(home, outcome)
    stamper = Stamper(KEYS)
    identity, name = citizen(7)
    assert row["row"] == 2
    assert (row["person"], row["person_state"], row["name_key"]) == (stamper.person_number(identity), "sound", stamper.name_key(name))
    assert (row["aid_no"], row["kind"], row["region"], str(row["aid_date"]), row["amount"]) == (
        "LS00000007",
        "1",
        "431382104201",
        "2026-10-08",
        120_000,
    )
    assert row["small_first"] is None


def test_the_person_index_holds_what_the_rows_do_not(tmp_path: Path) -> None:
    home, outcome = take_one(tmp_path, "临时救助_202610.csv", csv_text([aid_row(7), aid_row(7, 救助编号="LS2"), aid_row(8)]))
    seen = rows_of(home, outcome, "seen")
    opened = Sealer(KEYS.subkey("published")).open
    assert [(opened(line["id_sealed"], "id", line["person"]), line["name"]) for line in seen] == [citizen(7), citizen(8)]
    assert [opened(line["name_sealed"], "name", line["person"]) for line in seen] == [line["name"] for line in seen]


def test_rows_whose_number_is_not_sound_are_accepted_and_handed_to_identity(tmp_path: Path) -> None:
    identity, name = citizen(7)
    damaged = identity[:10] + str((int(identity[10]) + 1) % 10) + identity[11:]
    rows = [aid_row(7, 身份证号=number) for number in (damaged, "", "4.32503E+17", identity[:15] + "000", f"'{identity}", identity.lower())]
    home, outcome = take_one(tmp_path, "临时救助_202610.csv", csv_text(rows))
    assert (outcome.accepted, outcome.refused) == (6, 0)
    assert [row["person_state"] for row in rows_of(home, outcome)] == ["damaged", "empty", "lost", "kept15", "sound", "sound"]
    sealed = (home.deliveries / outcome.delivery / "doubtful.sealed").read_bytes()
    lines = pq.read_table(io.BytesIO(unseal_bytes(sealed, KEYS))).to_pylist()
    assert [(line["row"], line["field"], line["state"], line["name"]) for line in lines] == [
        (2, "person_id", "damaged", name),
        (3, "person_id", "empty", name),
        (4, "person_id", "lost", name),
        (5, "person_id", "kept15", name),
    ]


def test_each_fault_of_a_row_is_recorded_and_the_first_is_its_reason(tmp_path: Path) -> None:
    assert reasons(tmp_path, aid_row(1), aid_row(2, 姓名="", 救助类型="9", 救助日期="2026-02-30", 救助金额="-5")) == {
        3: [("value_missing", "姓名"), ("code_unknown", "救助类型"), ("date_impossible", "救助日期"), ("money_impossible", "救助金额")]
    }


@pytest.mark.parametrize("amount", ["99999999999.00", "一千", "-1", "1e5x"])
def test_impossible_amounts_refuse_the_row(tmp_path: Path, amount: str) -> None:
    assert reasons(tmp_path, aid_row(1, 救助金额=amount)) == {2: [("money_impossible", "救助金额")]}


def test_messages_show_no_identity(tmp_path: Path) -> None:
    identity, name = citizen(3)
    home, outcome = take_one(tmp_path, "临时救助_202610.csv", csv_text([aid_row(3, 救助金额=identity, 救助日期=name)]))
    for line in rows_of(home, outcome, "refused"):
        assert identity not in line["message"]
        assert name not in line["message"]


def test_an_optional_value_that_cannot_be_read_is_emptied_and_reported(tmp_path: Path) -> None:
    home, outcome = take_one(tmp_path, "临时救助_202610.csv", csv_text([[*aid_row(1), "也许"]], (*AID_HEADER, "材料是否补齐")))
    assert outcome.accepted == 1
    assert rows_of(home, outcome)[0]["materials_complete"] is None
    assert [(line["row"], line["code"], line["column"]) for line in rows_of(home, outcome, "issues")] == [(2, "bool_unknown", "材料是否补齐")]


def test_a_row_wider_than_the_header_is_refused(tmp_path: Path) -> None:
    assert reasons(tmp_path, [*aid_row(1), "多"], [*aid_row(2), "", " "]) == {2: [("row_shape", "")]}


def test_a_row_that_breaks_off_is_refused(tmp_path: Path) -> None:
    assert reasons(tmp_path, aid_row(1)[:4], aid_row(2)) == {2: [("row_truncated", "")]}


def test_a_row_may_leave_out_its_last_optional_columns(tmp_path: Path) -> None:
    assert reasons(tmp_path, aid_row(1), header=(*AID_HEADER, "材料是否补齐")) == {}


def test_a_file_that_breaks_off_behind_a_running_number_tells_of_the_row(tmp_path: Path) -> None:
    numbered = [[str(at), *aid_row(at)] for at in (1, 2)]
    home, outcome = take_one(tmp_path, "临时救助_202610.csv", csv_text(numbered, ("序号", *AID_HEADER)) + '"3","')
    assert (outcome.accepted, [(line["row"], line["code"]) for line in rows_of(home, outcome, "refused")]) == (2, [(4, "row_truncated")])


def test_a_file_that_breaks_off_loses_only_its_last_row(tmp_path: Path) -> None:
    home, outcome = take_one(tmp_path, "临时救助_202610.csv", aid_file([1, 2])[:-30])
    assert (outcome.delivered, outcome.accepted) == (2, 1)
    assert [line["code"] for line in rows_of(home, outcome, "refused")] == ["row_truncated"]


def test_unreadable_lines_are_rows_with_a_reason(tmp_path: Path) -> None:
    lines = [json.dumps(dict(zip(AID_HEADER, aid_row(number), strict=True)), ensure_ascii=False) for number in (1, 2)]
    home, outcome = take_one(tmp_path, "临时救助_202610.jsonl", f"{lines[0]}\nnothing\n{lines[1]}\n")
    assert [(line["row"], line["code"]) for line in rows_of(home, outcome, "refused")] == [(2, "row_not_json")]
    assert [row["row"] for row in rows_of(home, outcome)] == [1, 3]


def test_two_columns_for_one_field_must_agree(tmp_path: Path) -> None:
    header = (*AID_HEADER, "身份证号码")
    first, second = citizen(1)[0], citizen(2)[0]
    found = reasons(tmp_path, [*aid_row(1), first], [*aid_row(1, 身份证号=""), first], [*aid_row(1), second], header=header)
    assert found == {4: [("value_ambiguous", "身份证号")]}


def test_error_values_and_uncalculated_formulas_are_not_taken_for_empty(tmp_path: Path) -> None:
    header = [*AID_HEADER, "材料是否补齐"]
    rows = [[*aid_row(1), "是"], [*aid_row(2, 救助金额="#DIV/0!"), "是"], [*aid_row(3, 救助金额="=1+1"), "是"], [*aid_row(4), "#N/A"]]
    home, outcome = take_one(tmp_path, "临时救助_202610.xlsx", workbook([header, *rows]))
    assert [(line["row"], line["code"], line["column"]) for line in rows_of(home, outcome, "refused")] == [
        (3, "cell_error", "救助金额"),
        (4, "cell_formula", "救助金额"),
    ]
    assert [(line["row"], line["code"]) for line in rows_of(home, outcome, "issues")] == [(5, "cell_error")]


def test_an_amount_in_a_vertical_merge_belongs_to_nobody_and_an_id_to_all(tmp_path: Path) -> None:
    def merge(sheet: Any) -> None:
        sheet.merge_cells("A2:A3")
        sheet.merge_cells("B2:B3")
        sheet.merge_cells("G4:G5")

    rows = [aid_row(1), ["", "", *aid_row(2)[2:]], aid_row(3), [*aid_row(4)[:6], ""]]
    home, outcome = take_one(tmp_path, "临时救助_202610.xlsx", workbook([list(AID_HEADER), *rows], merge))
    found = rows_of(home, outcome)
    assert [row["row"] for row in found] == [2, 3]
    assert found[0]["person"] == found[1]["person"]
    assert [(line["row"], line["code"]) for line in rows_of(home, outcome, "refused")] == [(4, "cell_merged"), (5, "cell_merged")]


def test_a_workbook_with_furniture_counts_only_its_rows(tmp_path: Path) -> None:
    rows = [
        ["某市临时救助情况表"],
        [],
        list(AID_HEADER),
        aid_row(1),
        [],
        ["小计", "共1条"],
        list(AID_HEADER),
        aid_row(2),
        ["合计", "共2条"],
        ["注：完。"],
    ]
    home, outcome = take_one(tmp_path, "临时救助_202610.xlsx", workbook(rows))
    assert (outcome.delivered, outcome.accepted) == (2, 2)
    assert [row["row"] for row in rows_of(home, outcome)] == [4, 8]
    (about,) = all_deliveries(home)
    assert about["furniture"] == {"blank": 1, "total": 2, "header": 1, "note": 1}


def test_a_note_at_the_end_in_another_unit_refuses_the_whole_file(tmp_path: Path) -> None:
    home, outcome = take_one(tmp_path, "临时救助_202610.csv", aid_file(range(5)) + "注：金额单位：万元,,,,,,\n")
    assert (outcome.verdict, outcome.delivered, outcome.refused) == ("refused", 5, 5)
    assert not (home.deliveries / outcome.delivery / "rows.parquet").exists()


def test_exact_duplicates_are_rows(tmp_path: Path) -> None:
    home, outcome = take_one(tmp_path, "临时救助_202610.csv", csv_text([aid_row(1), aid_row(1)]))
    assert [row["row"] for row in rows_of(home, outcome)] == [2, 3]


def test_the_delivered_bytes_are_kept_sealed(tmp_path: Path) -> None:
    content = aid_file([1, 2]).encode("gb18030")
    home, outcome = take_one(tmp_path, "临时救助_202610.csv", content)
    path = home.deliveries / outcome.delivery / "source.sealed"
    assert citizen(1)[0].encode() not in path.read_bytes()
    with open_sealed(path, KEYS) as source:
        assert source.read() == content


def test_a_file_refused_whole_is_a_delivery_with_its_reason_and_its_source(tmp_path: Path) -> None:
    home, outcome = take_one(tmp_path, "临时救助_202610.csv", b"%PDF-1.7 ...")
    assert (outcome.verdict, outcome.dataset, outcome.period, outcome.delivered) == ("refused", "temporary_aid", "202610", 0)
    (about,) = all_deliveries(home)
    assert about["refusal"]["code"] == "file_kind"
    with open_sealed(home.deliveries / outcome.delivery / "source.sealed", KEYS) as source:
        assert source.read().startswith(b"%PDF")


def test_the_rows_of_a_file_with_the_wrong_columns_are_counted(tmp_path: Path) -> None:
    _, outcome = take_one(tmp_path, "工伤_202610.csv", aid_file(range(4)) + "合计,,,,,,4800\n")
    assert (outcome.verdict, outcome.delivered, outcome.refused) == ("refused", 4, 4)


def test_no_rows_of_events_are_accepted_and_of_a_list_held(tmp_path: Path) -> None:
    home = open_home(tmp_path)
    put(tmp_path / "in", "临时救助_202610.csv", csv_text([]))
    put(tmp_path / "in", "全员人口_202610.csv", csv_text([], PEOPLE_HEADER))
    put(tmp_path / "in", "全员人口_202609.csv", csv_text([["", "", "", ""], ["x", "", "", ""]], PEOPLE_HEADER))
    verdicts = {outcome.file: outcome.verdict for outcome in take(home, tmp_path / "in").outcomes}
    assert verdicts == {"临时救助_202610.csv": "accepted", "全员人口_202610.csv": "held", "全员人口_202609.csv": "held"}


@pytest.mark.parametrize(("claimed", "verdict"), [("0", "accepted"), ("3", "refused"), ("", "refused")])
def test_an_empty_file_of_json_lines_is_a_delivery_of_none_only_if_the_manifest_says_so(tmp_path: Path, claimed: str, verdict: str) -> None:
    home = open_home(tmp_path)
    put(tmp_path / "in", "临时救助_202610.jsonl", b"")
    put(tmp_path / "in", "manifest.csv", f"file,dataset,period,rows_claimed,sent_at\n临时救助_202610.jsonl,temporary_aid,202610,{claimed},\n")
    (outcome,) = take(home, tmp_path / "in").outcomes
    assert (outcome.verdict, outcome.delivered) == (verdict, 0)


def test_taking_twice_changes_nothing(tmp_path: Path) -> None:
    home = open_home(tmp_path)
    put(tmp_path / "in", "临时救助_202610.csv", aid_file(range(9)))
    put(tmp_path / "in", "坏_202610.csv", b"\x00\x01")
    take(home, tmp_path / "in")
    before = {path: path.stat().st_mtime_ns for path in sorted(home.root.rglob("*")) if path.is_file()}
    again = take(home, tmp_path / "in")
    assert [outcome.is_new for outcome in again.outcomes] == [False, False]
    after = {path: path.stat().st_mtime_ns for path in sorted(home.root.rglob("*")) if path.is_file()}
    assert {path for path in after if after[path] != before.get(path)} <= {home.root / ".lock"}


def test_the_same_content_under_two_names_is_one_delivery_sent_twice(tmp_path: Path) -> None:
    home = open_home(tmp_path)
    for name in ("临时救助_202610.csv", "临时救助_202610_再报.csv"):
        put(tmp_path / "in", name, aid_file([1]))
    first, second = take(home, tmp_path / "in").outcomes
    assert first.delivery == second.delivery
    assert [sending["file"] for sending in all_sendings(home)] == ["临时救助_202610.csv", "临时救助_202610_再报.csv"]


def test_the_same_content_for_two_periods_is_two_deliveries(tmp_path: Path) -> None:
    home = open_home(tmp_path)
    for name in ("临时救助_202609.csv", "临时救助_202610.csv"):
        put(tmp_path / "in", name, aid_file([1]))
    assert len({outcome.delivery for outcome in take(home, tmp_path / "in").outcomes}) == 2


RUN = re.compile(rb"(?<!\d)\d{17}[\dXx](?!\d)")


def test_no_citizen_id_lies_open_in_a_home(tmp_path: Path) -> None:
    home = open_home(tmp_path)
    identity = citizen(5)[0]
    header = (*AID_HEADER, "备注", "材料是否补齐")
    put(tmp_path / "in", "临时救助_202610.csv", csv_text([[*aid_row(5, 救助编号=f"LS{identity}", 救助金额="x"), identity, identity]], header))
    charity = ("受助人身份证号", "受助人姓名", "慈善组织名称", "项目名称", "帮扶日期")
    put(tmp_path / "in", "慈善帮扶_202610.csv", csv_text([[*citizen(6), f"某会{identity}", f"甲{identity}乙", "20261001"]], charity))
    put(tmp_path / "in", "全员人口_202610.csv", people_file(range(30)))
    take(home, tmp_path / "in")
    texts = 0
    for path in home.root.rglob("*"):
        if path.suffix == ".parquet":
            table = pq.read_table(path)
            texts += table.num_rows
            lines = json.dumps(table.to_pylist(), default=lambda value: value.decode("latin-1") if isinstance(value, bytes) else str(value)).encode()
        elif path.is_file():
            lines = path.read_bytes()
        else:
            continue
        for run in RUN.findall(lines):
            assert ids.birth_of(run.decode()) is None, f"{path.name} holds {run.decode()}"
    assert texts > 30
