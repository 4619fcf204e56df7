"""What names and manifests say."""

from __future__ import annotations

import datetime

import pytest
from tests.unit.intake.cast import catalogue
from tests.unit.intake.files import stream_of

from doudi.intake.delivery import period_text
from doudi.intake.manifest import Manifest, parse_moment, read_manifest
from doudi.intake.names import is_hidden, is_reading_matter, read_name
from doudi.intake.readers.model import FileRefused


@pytest.mark.parametrize(
    ("name", "datasets", "period", "correction"),
    [
        ("临时救助_涟源市_202609.xlsx", ("temporary_aid",), "202609", False),
        ("涟源市就业救助与服务(2026年10月).parquet", ("employment_aid",), "202610", False),
        ("就业_涟源市_202610.csv", ("employment",), "202610", False),
        ("失业_涟源市_202610.csv", ("unemployment",), "202610", False),
        ("涟源市最低生活保障边缘家庭成员(202610)（更正）.jsonl", ("allowance_edge",), "202610", True),
        ("最低生活保障对象_涟源市_202610.csv", ("subsistence_allowance",), "202610", False),
        ("涟源市_高中阶段学籍(202610).csv", ("school_enrolment",), "202610", False),
        ("住房救助_涟源市_202508-202607_历史补报.xlsx", ("housing_aid",), "202508-202607", False),
        ("临时救助　２０２６０９.csv", ("temporary_aid",), "202609", False),
        ("payment_202610.csv", ("payment",), "202610", False),
        ("repayment_202610.csv", (), "202610", False),
        ("全员人口_涟源市_202607.zip!1.csv", ("population",), "202607", False),
        ("外包_202601.zip!临时救助_202609（更正）.csv", ("temporary_aid",), "202609", True),
        ("202609/民政/临时救助.xlsx", ("temporary_aid",), "202609", False),
        ("教育救助和医疗救助_202609.xlsx", ("education_aid", "medical_aid"), "202609", False),
        ("花名册.xlsx", (), "", False),
    ],
)
def test_a_name_says_dataset_period_and_correction(name: str, datasets: tuple[str, ...], period: str, correction: bool) -> None:
    hint = read_name(name, catalogue().titles)
    assert (set(hint.datasets), period_text(hint.period), hint.correction) == (set(datasets), period, correction)


def test_every_title_names_its_own_dataset() -> None:
    titles = catalogue().titles
    for contract in catalogue().contracts.values():
        assert read_name(f"某市_{contract.title}_202610.csv", titles).datasets == (contract.dataset,)


@pytest.mark.parametrize("name", [".DS_Store", "~$临时救助.xlsx", "__MACOSX", "Thumbs.db", ".git"])
def test_what_no_person_sees_is_hidden(name: str) -> None:
    assert is_hidden(name)
    assert not is_hidden("临时救助.xlsx")


@pytest.mark.parametrize("name", ["README.md", "readme.txt", "填报说明.docx", "a/说明.txt", "sums.sha256"])
def test_reading_matter_is_no_delivery(name: str) -> None:
    assert is_reading_matter(name)


@pytest.mark.parametrize("name", ["临时救助_202610.txt", "低保.csv", "说明.xlsx", "a.zip!临时救助_202610.csv"])
def test_tables_are_no_reading_matter(name: str) -> None:
    assert not is_reading_matter(name)


def manifest(text: str, codec: str = "utf-8") -> Manifest:
    content = text.encode(codec)
    return read_manifest(stream_of(content), len(content), "manifest.csv")


SAID = (datetime.datetime(2026, 8, 3, 8, 1, 30),)  # noqa: DTZ001 - local time


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize(
    "header", ["file,dataset,period,rows_claimed,sent_at", "文件名,数据集,期间,行数,报送时间", " File , DATASET,Period, Rows Claimed,Sent At"]
)
def test_a_manifest_is_read_whatever_its_encoding_and_headers(codec: str, header: str) -> None:
    entry = manifest(f'{header}\n临时救助.csv,temporary_aid,202607,"1,189",2026-08-03 08:01:30\n', codec).entry_for("临时救助.csv")
    assert entry is not None
    assert (entry.dataset, period_text(entry.period), entry.rows_claimed, entry.sent_at) == ("temporary_aid", "202607", 1189, *SAID)


def test_a_manifest_may_leave_things_out_and_be_wrong_in_one_line() -> None:
    found = manifest("file,period,sent_at,rows_claimed\n甲.csv,,,\n乙.csv,何时,昨天,许多\n,202610,,\n甲.csv,202610,,\n")
    first, second = found.entry_for("甲.csv"), found.entry_for("乙.csv")
    assert first is not None
    assert second is not None
    assert (first.period, first.sent_at, first.rows_claimed, second.period) == (None, None, None, None)
    assert [fault.where.rsplit(" ", 2)[-2] for fault in found.faults] == ["3", "3", "3", "4", "5"]


def test_paths_in_a_manifest_may_be_written_as_on_windows() -> None:
    assert manifest("file\n民政\\临时救助.csv\n").entry_for("民政/临时救助.csv") is not None
    assert manifest("file\n./a.csv\n").entry_for("a.csv") is not None


@pytest.mark.parametrize("text", ["", "甲,乙\n1,2\n", 'file,dataset\n"甲.csv,x\n', "PK\x03\x04"])
def test_a_manifest_that_cannot_be_read_stops_the_intake(text: str) -> None:
    with pytest.raises(FileRefused) as caught:
        manifest(text)
    assert caught.value.fault.code == "manifest_unreadable"
    assert "manifest.csv" in caught.value.fault.where


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-08-03 08:01:30", (2026, 8, 3, 8, 1, 30)),
        ("2026-08-03T08:01:30", (2026, 8, 3, 8, 1, 30)),
        ("2026/8/3 8:01", (2026, 8, 3, 8, 1, 0)),
        ("2026年8月3日", (2026, 8, 3, 0, 0, 0)),
        ("2026年8月3日 8时01分", (2026, 8, 3, 8, 1, 0)),
        ("2026-02-30", None),
        ("昨天", None),
        ("", None),
    ],
)
def test_moments_are_read_as_people_write_them(text: str, moment: tuple[int, ...] | None) -> None:
    found = parse_moment(text)
    assert (found.timetuple()[:6] if found else None) == moment
