"""Receipts, workbooks of refused rows, and the commands that give them."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from tests.unit.intake.cast import AID_HEADER, KEYS, PEOPLE_HEADER, aid_row, catalogue, citizen, csv_text, open_home, people_file, people_row, put

from doudi.cli import main
from doudi.identity.keys import open_keys
from doudi.intake.confirm import confirm_delivery
from doudi.intake.delivery import all_sendings, find_delivery, read_about
from doudi.intake.pipeline import intake, settle_again, take_all
from doudi.intake.receipts import EXAMPLES, Receipts, receipt_text
from doudi.intake.refusedbook import RefusedBook, refused_workbook
from doudi.kernel.errors import DoudiError
from doudi.lake.home import Home

CONTRACTS = catalogue().contracts
STRANGER = "赵钱孙"


def settled(tmp_path: Path, files: dict[str, str | bytes]) -> Home:
    """A home that has taken the files, with a population list of 50 people, and settled."""
    home = open_home(tmp_path)
    put(tmp_path / "in", "全员人口_202610.csv", people_file(range(50)))
    for name, content in files.items():
        put(tmp_path / "in", name, content)
    intake(home, KEYS, CONTRACTS, tmp_path / "in")
    return home


def receipt_of(home: Home, word: str) -> dict[str, Any]:
    return Receipts(home, KEYS, CONTRACTS).receipt(find_delivery(home, word))


def mixed() -> str:
    """Nine good rows, two faulty ones, one under a stranger's name."""
    rows = [aid_row(number) for number in range(9)]
    return csv_text([*rows, aid_row(20, 救助金额="一千"), aid_row(21, 姓名=""), aid_row(22, 姓名=STRANGER)])


def test_three_counts_sum_to_the_rows_delivered(tmp_path: Path) -> None:
    receipt = receipt_of(settled(tmp_path, {"临时救助_202610.csv": mixed()}), "临时救助_202610.csv")
    assert receipt["rows"] == {"delivered": 12, "accepted": 9, "refused": 2, "held": 1}
    assert [(each["state"], each["code"], each["rows"]) for each in receipt["reasons"]] == [
        ("refused", "value_missing", 1),
        ("refused", "money_impossible", 1),
        ("held", "held_name_conflict", 1),
    ]
    assert [(each["row"], each["state"]) for each in receipt["examples"]] == [(11, "refused"), (12, "refused"), (13, "held")]
    assert all(each["meaning"] for each in receipt["reasons"])


def test_a_receipt_names_nobody(tmp_path: Path) -> None:
    text = receipt_text(receipt_of(settled(tmp_path, {"临时救助_202610.csv": mixed()}), "临时救助_202610.csv"))
    for number in (20, 21, 22):
        assert citizen(number)[0] not in text
    assert citizen(20)[1] not in text
    assert STRANGER not in text


def test_a_receipt_is_the_same_each_time_and_lies_in_the_home(tmp_path: Path) -> None:
    home = settled(tmp_path, {"临时救助_202610.csv": mixed()})
    identifier = find_delivery(home, "临时救助_202610.csv")
    text = receipt_text(Receipts(home, KEYS, CONTRACTS).receipt(identifier))
    assert (home.root / "receipts" / f"{identifier}.json").read_text("utf-8") == text
    intake(home, KEYS, CONTRACTS, tmp_path / "in")
    assert receipt_text(Receipts(home, KEYS, CONTRACTS).receipt(identifier)) == text


def test_before_settling_a_receipt_says_that_held_rows_are_not_known(tmp_path: Path) -> None:
    home = open_home(tmp_path)
    take_all(home, KEYS, CONTRACTS, put(tmp_path / "in", "临时救助_202610.csv", mixed()))
    receipt = receipt_of(home, "临时救助_202610.csv")
    assert receipt["rows"] == {"delivered": 12, "accepted": 10, "refused": 2, "held": 0}
    assert not receipt["settled"]
    assert any("尚未认定" in warning for warning in receipt["warnings"])


def test_a_receipt_warns_of_what_the_sender_should_know(tmp_path: Path) -> None:
    manifest = "file,dataset,period,rows_claimed,sent_at\n临时救助.csv,temporary_aid,202610,5,2026-10-31 08:00:00\n"
    content = csv_text([[*aid_row(1), "x", "也许"]], (*AID_HEADER, "录入时间", "材料是否补齐"))
    home = settled(tmp_path, {"临时救助.csv": content, "manifest.csv": manifest})
    receipt = receipt_of(home, "临时救助.csv")
    text = "\n".join(receipt["warnings"])
    assert "录入时间" in text
    assert "是否小金额先行救助" in text
    assert "有 5 行，实际读到 1 行" in text
    assert receipt["issues"] == [{"code": "bool_unknown", "meaning": "是否类字段填写的内容读不懂", "values": 1}]
    assert receipt["issue_examples"][0]["row"] == 2


def test_a_file_refused_whole_has_a_receipt_with_the_reason(tmp_path: Path) -> None:
    receipt = receipt_of(settled(tmp_path, {"工伤_202610.csv": mixed()}), "工伤_202610.csv")
    assert receipt["verdict"] == "refused"
    assert receipt["refusal"]["code"] == "file_wrong_dataset"
    assert receipt["rows"] == {"delivered": 12, "accepted": 0, "refused": 12, "held": 0}


def test_examples_are_few_however_many_rows_are_refused(tmp_path: Path) -> None:
    content = csv_text([aid_row(number, 救助金额="x") for number in range(200)])
    receipt = receipt_of(settled(tmp_path, {"临时救助_202610.csv": content}), "临时救助_202610.csv")
    assert len(receipt["examples"]) == EXAMPLES
    assert receipt["rows"]["refused"] == 200


def test_deliveries_are_found_by_what_people_know_of_them(tmp_path: Path) -> None:
    home = settled(tmp_path, {"a/临时救助_202610.csv": mixed(), "b/临时救助_202609.csv": mixed()})
    identifier = find_delivery(home, "a/临时救助_202610.csv")
    assert find_delivery(home, "临时救助_202610.csv") == find_delivery(home, identifier) == find_delivery(home, identifier[:8]) == identifier
    for word, code in (("临时救助", "delivery_ambiguous"), ("没有的", "delivery_unknown")):
        with pytest.raises(DoudiError) as caught:
            find_delivery(home, word)
        assert caught.value.faults[0].code == code


def book_rows(book: RefusedBook) -> list[list[Any]]:
    return [list(row) for row in openpyxl.load_workbook(io.BytesIO(book.content)).active.iter_rows(values_only=True)]


def test_the_workbook_of_refused_rows_has_them_in_full_with_their_reasons(tmp_path: Path) -> None:
    home = settled(tmp_path, {"临时救助_202610.csv": mixed()})
    book = refused_workbook(home, KEYS, CONTRACTS, find_delivery(home, "临时救助_202610.csv"))
    header, *rows = book_rows(book)
    assert header == ["原行号", "处理结果", "退回原因", *AID_HEADER]
    assert [(row[0], row[1], row[3], row[4] or "") for row in rows] == [
        ("11", "退回", *citizen(20)),
        ("12", "退回", citizen(21)[0], ""),
        ("13", "待核", citizen(22)[0], STRANGER),
    ]
    assert "救助金额" in rows[0][2]
    assert (book.rows, book.name.startswith("临时救助_202610（更正）")) == (3, True)


def test_making_it_is_noted_without_names(tmp_path: Path) -> None:
    home = settled(tmp_path, {"临时救助_202610.csv": mixed()})
    identifier = find_delivery(home, "临时救助_202610.csv")
    refused_workbook(home, KEYS, CONTRACTS, identifier)
    (line,) = [json.loads(line) for path in home.logs.iterdir() for line in path.read_text("utf-8").splitlines()]
    assert (line["what"], line["run"], line["rows"]) == ("refused_workbook", identifier, 3)
    assert {"at", "who"} <= line.keys()
    assert citizen(20)[0] not in json.dumps(line)


def test_dangerous_cells_are_texts(tmp_path: Path) -> None:
    rows = [aid_row(1, 救助金额="=1+1", 救助编号="@SUM(1)", 姓名="+张", 救助类型="-1")]
    home = settled(tmp_path, {"临时救助_202610.csv": csv_text(rows)})
    book = refused_workbook(home, KEYS, CONTRACTS, find_delivery(home, "临时救助_202610.csv"))
    sheet = openpyxl.load_workbook(io.BytesIO(book.content)).active
    cells = {cell.value: cell for cell in sheet[2]}
    for text in ("=1+1", "@SUM(1)", "+张", "-1"):
        assert cells[text].data_type == "s"
        assert cells[text].quotePrefix
    assert cells[citizen(1)[0]].data_type == "s"


def test_a_mended_workbook_is_accepted_back(tmp_path: Path) -> None:
    home = settled(tmp_path, {"临时救助_202610.csv": mixed()})
    book = refused_workbook(home, KEYS, CONTRACTS, find_delivery(home, "临时救助_202610.csv"))
    mended = openpyxl.load_workbook(io.BytesIO(book.content))
    sheet = mended.active
    sheet["J2"], sheet["E3"], sheet["E4"] = "1000.00", citizen(21)[1], citizen(22)[1]
    out = io.BytesIO()
    mended.save(out)
    summary = intake(home, KEYS, CONTRACTS, put(tmp_path / "back", book.name, out.getvalue()))
    (outcome,) = summary.outcomes
    assert (outcome.dataset, outcome.period, outcome.accepted, outcome.refused) == ("temporary_aid", "202610", 3, 0)
    assert receipt_of(home, outcome.delivery)["rows"] == {"delivered": 3, "accepted": 3, "refused": 0, "held": 0}
    assert all_sendings(home)[-1]["correction"]


def test_the_workbook_comes_from_every_form_and_place(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for name, number in (("城区", 1), ("乡镇", 2)):
        sheet = book.create_sheet(name)
        for row in (["某表"], [], list(AID_HEADER), aid_row(number, 救助金额="x")):
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    home = settled(tmp_path, {"临时救助_202610.xlsx": out.getvalue()})
    made = refused_workbook(home, KEYS, CONTRACTS, find_delivery(home, "临时救助_202610.xlsx!乡镇"))
    assert [row[3] for row in book_rows(made)[1:]] == [citizen(2)[0]]


def test_nothing_to_mend_is_said(tmp_path: Path) -> None:
    home = settled(tmp_path, {"工伤_202610.csv": mixed()})
    for name in ("工伤_202610.csv", "全员人口_202610.csv"):
        with pytest.raises(DoudiError) as caught:
            refused_workbook(home, KEYS, CONTRACTS, find_delivery(home, name))
        assert caught.value.faults[0].code == "refused_nothing"


def test_a_held_list_counts_once_it_is_confirmed(tmp_path: Path) -> None:
    home = settled(tmp_path, {"学籍_202610.csv": csv_text([], ("学生身份证号", "学生姓名", "学校名称", "学段", "学籍状态"))})
    identifier = find_delivery(home, "学籍_202610.csv")
    assert receipt_of(home, identifier)["verdict"] == "held"
    confirm_delivery(home, identifier)
    settle_again(home, KEYS, CONTRACTS)
    assert receipt_of(home, identifier)["verdict"] == "accepted"
    with pytest.raises(DoudiError) as caught:
        confirm_delivery(home, identifier)
    assert caught.value.faults[0].code == "delivery_not_held"


def test_a_list_of_nothing_but_refused_rows_is_held_with_its_rows(tmp_path: Path) -> None:
    home = settled(tmp_path, {"全员人口_202611.csv": csv_text([people_row(1, 姓名="")], PEOPLE_HEADER)})
    receipt = receipt_of(home, "全员人口_202611.csv")
    assert receipt["verdict"] == "held"
    assert receipt["rows"] == {"delivered": 1, "accepted": 0, "refused": 1, "held": 0}
    assert refused_workbook(home, KEYS, CONTRACTS, receipt["delivery"]).rows == 1


def test_the_commands_work_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("DOUDI_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("DOUDI_KEYS", str(tmp_path / "keys"))
    monkeypatch.chdir(tmp_path)
    put(tmp_path / "in", "全员人口_202610.csv", people_file(range(50)))
    put(tmp_path / "in", "临时救助_202610.csv", mixed())
    put(tmp_path / "in", "学籍_202610.csv", csv_text([], ("学生身份证号", "学生姓名", "学校名称", "学段", "学籍状态")))
    assert main(["intake", str(tmp_path / "in")]) == 0
    shown = capsys.readouterr().out
    assert "临时救助" in shown
    assert "整份待核：学籍_202610.csv" in shown
    assert main(["deliveries"]) == 0
    assert find_delivery(Home.open(tmp_path / "home"), "临时救助_202610.csv") in capsys.readouterr().out
    assert main(["receipt", "临时救助_202610.csv", "-o", "r.json"]) == 0
    assert json.loads(capsys.readouterr().out) == json.loads((tmp_path / "r.json").read_text("utf-8"))
    assert main(["refused", "临时救助_202610.csv", "-o", "b.xlsx"]) == 0
    assert main(["refused", "临时救助_202610.csv", "-o", "b.xlsx"]) == 2
    assert "没有覆盖" in capsys.readouterr().err
    assert main(["confirm", "学籍_202610.csv", "--yes"]) == 0
    assert read_about(Home.open(tmp_path / "home"), find_delivery(Home.open(tmp_path / "home"), "学籍_202610.csv"))["verdict"] == "accepted"
    assert main(["receipt", "没有的"]) == 2
    assert open_keys(Home.open(tmp_path / "home")).fingerprint
