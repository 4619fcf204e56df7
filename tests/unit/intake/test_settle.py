"""Settling: what a set of deliveries means together, whatever order they came in, and whatever interrupted it."""

from __future__ import annotations

import hashlib
import itertools
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.factories import County, citizen_id, number, persons, table, with_wrong_digit

from doudi.contracts.sla import is_owed
from doudi.intake.catalogue import shipped_catalogue
from doudi.intake.confirm import confirm_delivery
from doudi.intake.settle import Cut, open_cut
from doudi.kernel.months import month
from doudi.published.seal import Sealer

WANG, LI, ZHAO = citizen_id(11), citizen_id(25, date(1992, 3, 8)), citizen_id(38, date(2015, 11, 2))
Deliver = Callable[[County], object]


@pytest.fixture
def county(tmp_path: Path) -> County:
    return County.at(tmp_path / "home")


def person(id18: str, name: str, household: str = "H1", **more: str) -> dict[str, str]:
    return {"person_id": id18, "name": name, "household_no": household, **more}


def content(cut: Cut) -> dict[str, str]:
    """Every file of a cut with its hash."""
    files = sorted(path for path in cut.folder.rglob("*") if path.is_file())
    return {str(path.relative_to(cut.folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


# which rows count


def test_the_newest_list_replaces_the_older_which_becomes_history(county: County) -> None:
    county.deliver("population", [person(WANG, "王小明"), person(LI, "李芳")], "202607")
    county.deliver("population", [person(WANG, "王小明")], "202610")
    cut = county.settle()
    assert persons(cut, "population") == [number(WANG)]
    history = table(cut.tables["population_history"])
    assert {(line["person"], line["list_month"]) for line in history} == {(number(WANG), month(2026, 7)), (number(LI), month(2026, 7))}


def test_a_household_number_that_is_a_citizen_id_is_hidden_in_the_lake_and_kept_sealed(county: County) -> None:
    county.deliver("population", [person(WANG, "王小明", WANG), person(LI, "李芳", "H1")], "202607")
    county.deliver("population", [person(WANG, "王小明", WANG), person(LI, "李芳", WANG)], "202610")
    cut = county.settle()
    shown = {line["household_no"] for line in table(cut.tables["people"])}
    assert len(shown) == 1
    assert all(text.startswith("#") for text in shown)
    folders = sorted(county.home.deliveries.iterdir())
    files = [cut.identities, *(folder / "households.parquet" for folder in folders)]
    assert not [file for file in files if WANG in repr(table(file)) or WANG.encode() in file.read_bytes()]
    (household,) = [line for line in table(cut.identities) if line["subject"] == "h"]
    assert Sealer(county.keys.subkey("published")).open(household["household_no"], "household_no", household["number"]) == WANG


def test_all_files_of_the_newest_period_are_the_list(county: County) -> None:
    county.deliver("population", [person(WANG, "王小明")], "202610", "2026-10-28 08:00:00", file="甲镇.csv")
    county.deliver("population", [person(LI, "李芳")], "202610", "2026-10-20 08:00:00", file="乙镇.csv")
    assert set(persons(county.settle(), "population")) == {number(WANG), number(LI)}


def test_of_two_rows_with_one_key_the_later_sent_counts_and_in_one_file_the_later_row(county: County) -> None:
    first = {"person_id": WANG, "name": "王小明", "aid_no": "A1", "amount": "100.00"}
    county.deliver("medical_aid", [first | {"amount": "300.00"}], "202609", "2026-10-09 08:00:00")
    county.deliver("medical_aid", [first, first | {"amount": "200.00"}], "202609", "2026-10-05 08:00:00")
    assert [line["amount"] for line in table(county.settle().tables["medical_aid"])] == [30000]
    county.deliver("medical_aid", [first, first | {"amount": "400.00"}], "202610", "2026-10-12 08:00:00")
    assert [line["amount"] for line in table(county.settle().tables["medical_aid"])] == [40000]


def test_keys_are_compared_after_linking(county: County) -> None:
    county.deliver("population", [person(WANG, "王小明")], "202610")
    aid = {"name": "王小明", "aid_no": "A1"}
    county.deliver("medical_aid", [aid | {"person_id": with_wrong_digit(WANG)}, aid | {"person_id": f"{WANG[:6]}{WANG[8:17]}"}], "202609")
    county.deliver("medical_aid", [aid | {"person_id": WANG, "amount": "7.00"}], "202610")
    assert [(line["person"], line["amount"]) for line in table(county.settle().tables["medical_aid"])] == [(number(WANG), 700)]


def test_an_empty_key_field_is_a_value_of_its_own(county: County) -> None:
    row = {"person_id": WANG, "name": "王小明", "disaster_date": "2026-06-01"}
    county.deliver("disaster_aid", [row, row | {"aid_kind": "1"}, row | {"loss": "5.00"}])
    lines = table(county.settle().tables["disaster_aid"])
    assert {(line["aid_kind"], line["loss"]) for line in lines} == {(None, 500), ("1", None)}


def test_events_of_all_periods_stay(county: County) -> None:
    for period in ("202608", "202609", "202610"):
        county.deliver("medical_aid", [{"person_id": WANG, "name": "王小明", "aid_no": period}], period)
    assert len(table(county.settle().tables["medical_aid"])) == 3


def test_a_content_sent_twice_counts_once_and_from_its_first_sending(county: County) -> None:
    old = [{"person_id": WANG, "name": "王小明", "aid_no": "A1", "amount": "1.00"}]
    new = [old[0] | {"amount": "2.00"}]
    county.deliver("medical_aid", old, "202610", "2026-10-01 08:00:00", file="甲.csv")
    county.deliver("medical_aid", new, "202610", "2026-10-02 08:00:00", file="乙.csv")
    before = table(county.settle().tables["medical_aid"])
    county.deliver("medical_aid", old, "202610", "2026-10-03 08:00:00", file="甲再报.csv")
    assert [line["amount"] for line in before] == [200]
    assert table(county.settle().tables["medical_aid"]) == before


@pytest.mark.parametrize("period", ["202609", "202610"])
@pytest.mark.parametrize("dated", ["甲.csv", "甲（更正）.csv", "甲.csv 甲（更正）.csv", ""])
def test_a_correction_counts_last_whichever_of_the_files_a_manifest_dates(county: County, period: str, dated: str) -> None:
    days = {"甲.csv": "2026-10-05 08:00:00", "甲（更正）.csv": "2026-10-28 08:00:00"}
    for file, amount in (("甲（更正）.csv", "2.00"), ("甲.csv", "1.00")):
        rows = [{"person_id": WANG, "name": "王小明", "aid_no": "A1", "amount": amount}]
        county.deliver("medical_aid", rows, period, days[file] if file in dated.split() else "", file=file)
    assert [line["amount"] for line in table(county.settle().tables["medical_aid"])] == [200]


def test_a_correction_of_one_period_stays_before_the_next_period(county: County) -> None:
    for period, file, sent, amount in (("202609", "甲（更正）.csv", "", "2.00"), ("202609", "甲.csv", "2026-10-05 08:00:00", "1.00"),
                                       ("202610", "乙.csv", "2026-11-05 08:00:00", "3.00")):  # fmt: skip
        county.deliver("medical_aid", [{"person_id": WANG, "name": "王小明", "aid_no": "A1", "amount": amount}], period, sent, file=file)
    assert [line["amount"] for line in table(county.settle().tables["medical_aid"])] == [300]


def test_only_what_was_sent_by_the_end_of_the_day_counts(county: County) -> None:
    for day, amount in (("2026-10-31 23:59:59", "1.00"), ("2026-11-01 00:00:00", "2.00")):
        county.deliver("medical_aid", [{"person_id": WANG, "name": "王小明", "aid_no": "A1", "amount": amount}], "202610", day)
    county.deliver("medical_aid", [{"person_id": LI, "name": "李芳", "aid_no": "A2"}], "202611", "")  # no day: from the day its period begins
    for day, amounts in ((date(2026, 10, 30), []), (date(2026, 10, 31), [100]), (date(2026, 11, 1), [200, 10000]), (None, [200, 10000])):
        assert sorted(line["amount"] for line in table(county.settle(day).tables["medical_aid"])) == amounts


def test_delivered_to_is_the_end_of_the_latest_accepted_period(county: County) -> None:
    county.deliver("medical_aid", [], "202609")
    county.deliver("medical_aid", [{"person_id": WANG, "name": "王小明", "aid_no": "A1"}], "202510-202607")
    assert county.settle().delivered_to == {"medical_aid": date(2026, 9, 30)}


def test_an_empty_list_ends_nobody_until_somebody_confirms_it(county: County) -> None:
    county.deliver("extreme_poverty", [{"person_id": WANG, "name": "王小明", "start_month": "202001"}], "202607")
    held = county.deliver("extreme_poverty", [], "202610")
    before = county.settle()
    assert persons(before, "extreme_poverty") == [number(WANG)]
    assert [(line["row"], line["state"]) for line in table(before.unused)] == [(None, "held")]
    confirm_delivery(county.home, held.delivery)
    after = county.settle()
    assert (persons(after, "extreme_poverty"), after.delivered_to["extreme_poverty"]) == ([], date(2026, 10, 31))
    assert table(after.unused) == []


def test_tables_of_datasets_that_were_never_delivered_are_empty_and_typed(county: County) -> None:
    cut = county.settle()
    owed = {name: contract for name, contract in shipped_catalogue().contracts.items() if is_owed(contract.frequency)}
    snapshots = [name for name, contract in owed.items() if contract.mode == "snapshot"]
    assert set(cut.tables) == {"people", "household_stays", *owed, *(f"{name}_history" for name in snapshots)}
    assert all(not table(path) for path in cut.tables.values())
    assert cut.delivered_to == {}


def test_a_dataset_that_nobody_owes_is_in_a_cut_from_its_first_delivery_on(county: County) -> None:
    before = county.settle()
    visit = {"result_no": "V1", "result_kind": "走访", "result_date": "2026-10-20", "finding": "生活基本稳定", "stands": "是"}
    county.deliver("casework_result", [{"person_id": WANG, "name": "王小明", **visit}], "202610")
    after = county.settle()
    assert set(after.tables) - set(before.tables) == {"casework_result"}
    assert persons(after, "casework_result") == [number(WANG)]


# households


def test_a_new_list_moves_people_and_all_their_rows(county: County) -> None:
    county.deliver("population", [person(WANG, "王小明", "H1"), person(LI, "李芳", "H1")], "202607")
    county.deliver("employment", [{"person_id": LI, "name": "李芳", "start_date": "2020-01-01"}], "202607")
    before = table(county.settle().tables["employment"])[0]
    county.deliver("population", [person(LI, "李芳", "H2", hukou_region="431382104201")], "202610")
    cut = county.settle()
    people = {line["person"]: line for line in table(cut.tables["people"])}
    moved, left = people[number(LI)], people[number(WANG)]
    assert (moved["household_no"], moved["listed"], moved["list_month"]) == ("H2", True, month(2026, 10))
    assert (left["household_no"], left["listed"], left["list_month"]) == ("H1", False, month(2026, 7))
    after = table(cut.tables["employment"])[0]
    assert before["household"] == left["household"] != after["household"] == moved["household"]
    assert before["bucket"] == left["bucket"] != after["bucket"] == moved["bucket"] == 431382104


def test_a_household_whose_people_live_apart_lies_in_one_bucket(county: County) -> None:
    rows = [person(WANG, "王小明", hukou_region="431382104201"), person(LI, "李芳", hukou_region="430102001001")]
    county.deliver("population", rows)
    county.deliver("employment", [{"person_id": WANG, "name": "王小明", "start_date": "2020-01-01"}])
    tables = county.settle().tables
    assert {line["bucket"] for name in ("people", "employment", "household_stays") for line in table(tables[name])} == {430102001}


def test_people_without_a_household_have_a_bucket_of_their_own(county: County) -> None:
    county.deliver("death", [{"person_id": WANG, "name": "王小明"}])
    assert [(line["household"], line["bucket"]) for line in table(county.settle().tables["death"])] == [(None, -1)]


def test_a_new_list_retries_what_was_held_and_checks_again_what_was_linked(county: County) -> None:
    county.deliver("death", [{"person_id": with_wrong_digit(WANG), "name": "王小明"}, {"person_id": LI, "name": "李芳"}])
    assert persons(county.settle(), "death") == [number(LI)]
    county.deliver("population", [person(WANG, "王小明"), person(LI, "别人")])
    assert persons(county.settle(), "death") == [number(WANG)]


def test_birth_date_and_sex_come_from_the_number_where_the_list_has_none(county: County) -> None:
    rows = [person(ZHAO, "赵云"), person(LI, "李芳", birth_date="1992-03-09", sex="1")]
    county.deliver("population", rows)
    people = {line["person"]: line for line in table(county.settle().tables["people"])}
    assert people[number(ZHAO)]["birth_date"] == date(2015, 11, 2)
    assert people[number(ZHAO)]["sex"] == ("1" if int(ZHAO[16]) % 2 else "2")
    assert (people[number(LI)]["birth_date"], people[number(LI)]["sex"]) == (date(1992, 3, 9), "1")


def test_tables_are_sorted_by_bucket_household_and_person(county: County) -> None:
    county.deliver(
        "population",
        [person(citizen_id(n), f"王{chr(0x4E00 + n)}", f"H{n % 40}", hukou_region=f"43138210{n % 40 % 7}001") for n in range(1, 200)],
    )
    for name in ("population", "people"):
        lines = [(line["bucket"], line["household"], line["person"]) for line in table(county.settle().tables[name])]
        assert lines == sorted(lines)
        assert len(lines) == 199


# contradictions


def test_contradictions_are_recorded_and_nothing_is_resolved_in_silence(county: County) -> None:
    rows = [
        person(WANG, "王小明", "H1"),
        person(WANG, "王小明", "H2"),
        person(LI, "李芳", birth_date="1991-03-08", sex="1" if int(LI[16]) % 2 == 0 else "2"),
        person(ZHAO, "赵云"),
    ]
    county.deliver("population", rows)
    county.deliver(
        "death", [{"person_id": ZHAO, "name": "赵云", "death_date": "2026-09-30"}, {"person_id": LI, "name": "孙权", "death_date": "2026-10-01"}]
    )
    conflicts = table(county.settle().conflicts)
    found = {(line["kind"], line["person"], line["dataset"], line["row"], line["other_row"]) for line in conflicts}
    assert found == {
        ("two_households_in_one_list", number(WANG), "population", 2, 3),
        ("birth_differs_from_id", number(LI), "population", 4, None),
        ("sex_differs_from_id", number(LI), "population", 4, None),
        ("name_differs", number(LI), "death", 3, 4),
        ("dead_but_listed", number(ZHAO), "death", 2, 5),
    }


# the same set, the same cut


VISIT = {"name": "王小明", "visit_no": "V1"}
STORY: list[Deliver] = [
    lambda c: c.deliver("population", [person(WANG, "王小明"), person(LI, "李芳"), person(ZHAO, "赵云", "H2")], "202607", "2026-08-01 08:00:00"),
    lambda c: c.deliver("population", [person(WANG, "王小明"), person(with_wrong_digit(LI), "李芳")], "202610", "2026-10-29 08:00:00"),
    lambda c: c.deliver("population", [person("4.32503E+17", "赵云", "H2"), person(LI, "李芳", "H3")], "202610", "2026-10-30 08:00:00"),
    lambda c: c.deliver("medical_expense", [VISIT | {"person_id": WANG}], "202610"),
    lambda c: c.deliver("insurance_reimbursement", [VISIT | {"person_id": "无", "settlement_no": "S1"}], "202610"),
    lambda c: c.deliver("medical_expense", [VISIT | {"person_id": WANG, "total_cost": "9.00"}], "202610", file="医疗支出_202610（更正）.csv"),
]


@settings(max_examples=5)
@given(order=st.permutations(range(len(STORY))))
def test_the_cut_is_the_same_whatever_the_order_of_intake(tmp_path_factory: pytest.TempPathFactory, order: list[int]) -> None:
    expected, got = (County.at(tmp_path_factory.mktemp("home") / "home") for _ in range(2))
    for deliver in STORY:
        deliver(expected)
    for at in order:
        STORY[at](got)
        if at == order[len(order) // 2]:
            got.settle()  # a cut on the way changes nothing
    first, second = expected.settle(), got.settle()
    assert first.id == second.id
    assert content(first) == content(second)


def test_settling_again_makes_nothing_anew(county: County) -> None:
    for deliver in STORY:
        deliver(county)
    cut = county.settle()
    stamp = (cut.folder / "cut.json").stat().st_mtime_ns
    assert county.settle().id == cut.id
    assert (cut.folder / "cut.json").stat().st_mtime_ns == stamp
    STORY[0](county)
    assert county.settle().id == cut.id


def test_threads_and_memory_change_nothing(county: County) -> None:
    for deliver in STORY:
        deliver(county)
    one = county.settle()
    before = content(one)
    one.folder.rename(county.home.root / "aside")
    assert content(county.settle_with(memory=500, threads=2)) == before


# interruptions


KILLED = """
    import os, signal, sys
    from pathlib import Path
    from doudi.identity.keys import keys_of
    from doudi.intake import settle as room
    from doudi.intake.catalogue import shipped_catalogue
    from doudi.lake import home as lake_home
    from doudi.lake.home import Home

    steps = iter(range(1000))
    def die_at(point):
        if next(steps) == int(sys.argv[2]):
            os.kill(os.getpid(), signal.SIGKILL)
    flush, writer = lake_home._flush, room.write_conflicts
    def flushing(path):
        die_at(path)
        flush(path)
    lake_home._flush = flushing
    room.settle(Home.open(Path(sys.argv[1])), keys_of(bytes(range(32))), shipped_catalogue().contracts, None, die_at, memory=300, threads=1)
"""


@pytest.mark.parametrize("point", [0, 1, 2, 3, 4, 40, 62])
def test_a_killed_settling_leaves_nothing_and_the_next_one_is_whole(tmp_path: Path, point: int) -> None:
    """Points 0-3 are the steps, 4 and 40 lie in the flushing of the files, 62 is close to or after the renaming."""
    county, undisturbed = County.at(tmp_path / "home"), County.at(tmp_path / "undisturbed")
    for each, deliver in itertools.product((county, undisturbed), STORY):
        deliver(each)
    command = [sys.executable, "-c", textwrap.dedent(KILLED), str(county.home.root), str(point)]
    killed = subprocess.run(command, check=False, env=dict(os.environ))
    assert killed.returncode == -signal.SIGKILL
    for folder in county.home.lake.iterdir():  # half a cut never carries its name
        assert folder.name.startswith(".tmp-") or content(open_cut(folder)) == content(undisturbed.settle())
    assert content(county.settle()) == content(undisturbed.settle())
    with county.home.writing("清理"):
        assert list(county.home.root.rglob(".tmp-*")) == []
