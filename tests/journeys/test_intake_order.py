"""The result depends on the set of deliveries, never on the order in which they came. DOUDI_ORDERS says how many orders (5)."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.intake.cast import KEYS, aid_row, catalogue, citizen, csv_text, people_file, put

from doudi.intake.delivery import all_deliveries
from doudi.intake.pipeline import settle_again, take_all
from doudi.intake.receipts import Receipts, receipt_text
from doudi.intake.settle import settle
from doudi.lake.home import Home

ORDERS = int(os.environ.get("DOUDI_ORDERS", "5"))
CONTRACTS = catalogue().contracts


def _damaged(number: int) -> str:
    identity = citizen(number)[0]
    return identity[:10] + str((int(identity[10]) + 1) % 10) + identity[11:]


FILES = {
    "全员人口_202609.csv": people_file(range(40)),
    "全员人口_202610_甲.csv": people_file(range(5, 30)),
    "全员人口_202610_乙.csv": people_file(range(30, 50)),
    "临时救助_202609.csv": csv_text([aid_row(number) for number in range(20)]),
    "临时救助_202609（更正）.csv": csv_text([aid_row(3, 救助金额="7"), aid_row(4, 身份证号=_damaged(4), 救助金额="8")]),
    "临时救助_202610.csv": csv_text([aid_row(45), aid_row(46, 姓名="赵钱孙"), aid_row(47, 救助金额="x"), aid_row(48, 身份证号="")]),
    "工伤_202610.csv": csv_text([aid_row(1)]),
}


def result(root: Path, order: list[str]) -> dict[str, str]:
    """Receipts and files of the cut after the files were taken one by one in this order, settled in between as often as `order` has a gap."""
    home = Home.open(root / "home")
    for name in order:
        if not name:
            settle_again(home, KEYS, CONTRACTS)
            continue
        take_all(home, KEYS, CONTRACTS, put(root / "in", name, FILES[name]))
    cut = settle(home, KEYS, CONTRACTS)
    receipts = Receipts(home, KEYS, CONTRACTS)
    found = {about["delivery"]: receipt_text(receipts.receipt(about["delivery"])) for about in all_deliveries(home)}
    for path in sorted(cut.folder.rglob("*")):
        if path.is_file():
            found[f"{cut.id}/{path.relative_to(cut.folder)}"] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


@pytest.fixture(scope="module")
def in_order(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return result(tmp_path_factory.mktemp("order"), sorted(FILES))


@settings(max_examples=ORDERS)
@given(order=st.permutations(sorted(FILES)), gap=st.integers(0, len(FILES)))
def test_any_order_of_deliveries_gives_the_same_cut_and_receipts(in_order: dict[str, str], order: list[str], gap: int) -> None:
    with tempfile.TemporaryDirectory() as place:
        assert result(Path(place), [*order[:gap], "", *order[gap:]] if gap else list(order)) == in_order


def test_one_folder_at_once_is_the_same_as_file_by_file(tmp_path: Path, in_order: dict[str, str]) -> None:
    for name, content in FILES.items():
        put(tmp_path / "in", name, content)
    home = Home.open(tmp_path / "home")
    take_all(home, KEYS, CONTRACTS, tmp_path / "in")
    assert settle(home, KEYS, CONTRACTS).id in {name.split("/")[0] for name in in_order}
