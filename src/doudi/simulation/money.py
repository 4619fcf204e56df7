"""What is paid out month by month: the two subsidies for disabled people, and the payment list of the finance department."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from doudi.simulation.benefits import Spell
from doudi.simulation.days import NEVER, first_of_month, last_of_month
from doudi.simulation.disability import grade_1_2_on
from doudi.simulation.draws import Bools, Ints
from doudi.simulation.recognised import dibao_amounts
from doudi.simulation.rows import Rows, in_order, picked
from doudi.simulation.story import Story
from doudi.simulation.texts import digits, hexadecimal, letters, side_by_side, texts

_PROGRAMS = ("01", "02", "03", "04", "05", "06", "07")
_DUE_DAY = 9
"""Payments are due on the 10th."""


def _drawing(story: Story, spell: Spell, month: int) -> Bools:
    """Who is paid for a month: whoever has the benefit, as far as the office knows."""
    too_long = (spell.end == month - 1) & story.draws.chance(story.ids, "paid_too_long", 0.06)
    return (spell.on(month) | too_long) & (story.people.left > story.time.end_of(month))


def living_due(story: Story, month: int) -> Bools:
    """困难残疾人生活补贴: dibao, and a certificate since before the month; a few are forgotten, a few get it besides a child's benefit."""
    held = story.certificates.issued < first_of_month(month - 1)
    usual = _drawing(story, story.benefits.dibao, month) & held & ~story.draws.chance(story.ids, "living_forgotten", 0.03)
    wider = (
        story.draws.chance(story.ids, "living_wider", np.where(story.certificates.held, 0.20, 0.0)) & held & (story.gone > story.time.end_of(month))
    )
    child = _drawing(story, story.benefits.unattended, month) & story.draws.chance(story.ids, "living_child", 0.1)
    return (usual & ~story.benefits.unattended.ever) | (wider & ~story.benefits.unattended.ever) | child


def nursing_due(story: Story, month: int) -> Bools:
    """重度残疾人护理补贴: grade 1-2; a few forgotten, a few without the grade, a few dead."""
    held = grade_1_2_on(story.certificates, first_of_month(month - 1)) & ~story.draws.chance(story.ids, "nursing_forgotten", 0.03)
    wrong = story.certificates.held & (story.certificates.grade > 2) & story.draws.chance(story.ids, "nursing_wrong", 0.004)
    after = np.where(story.draws.chance(story.ids, "nursing_late_end", 0.12), 70, 0)
    return (held | wrong) & (story.people.death + after > story.time.end_of(month)) & (story.people.left > story.time.end_of(month))


def subsidies(story: Story, *, nursing: bool) -> Rows:
    """One of the two subsidies of every month of the story."""
    parts = []
    time, name = story.time, "nursing" if nursing else "living"
    tail = texts(digits(story.draws.below(story.ids, "account_tail", 10_000), 4))
    for month in range(time.begin, time.last + 1):
        due = (nursing_due if nursing else living_due)(story, month)
        who = np.flatnonzero(due).astype(np.int32)
        day = int(first_of_month(month)) + 9 + story.draws.below(story.ids[who], f"{name}_day", 6, month)
        late = story.draws.chance(story.ids[who], f"{name}_unpaid", 0.004, month) | (day > time.last_day)
        columns = {
            "region": story.village[who],
            "month": np.full(len(who), month, dtype=np.int32),
            "amount": np.full(len(who), 11_000 if nursing else 10_000),
            "account_tail": tail.take(who),
            "paid_date": np.where(late, NEVER, day).astype(np.int32),
        }
        parts.append(Rows(who, columns, np.full(len(who), month, dtype=np.int32)))
    return in_order(parts)


def payments(story: Story) -> Rows:
    """社会化发放明细: of every programme and month one line, due on the 10th; with the slips that happen."""
    benefits, time = story.benefits, story.time
    dibao = dibao_amounts(story)
    standard = np.where(story.urban, 74_000, 48_500) * 13 // 10
    accounts = _accounts(story)
    parts = []
    for month in range(time.begin, time.last + 1):
        if int(first_of_month(month)) + _DUE_DAY > time.last_day:
            continue
        drawing = _drawing(story, benefits.dibao, month)
        family = np.bincount(benefits.applicant[drawing], weights=dibao[drawing], minlength=story.count).astype(np.int64)
        due = {
            0: (family > 0, family),
            1: (_drawing(story, benefits.tekun, month), standard),
            2: (_drawing(story, benefits.orphan, month), np.full(story.count, 110_000)),
            3: (_drawing(story, benefits.unattended, month), np.full(story.count, 110_000)),
            4: (living_due(story, month), np.full(story.count, 10_000)),
            5: (nursing_due(story, month), np.full(story.count, 11_000)),
        }
        for program, (of, amount) in due.items():
            who = np.flatnonzero(of).astype(np.int32)
            parts.append(_paid(story, who, program, month, amount[who], accounts[who]))
    return _with_accounts(in_order(parts))


def _paid(story: Story, who: NDArray[np.int32], program: int, month: int, amount: Ints, account: NDArray[np.uint64]) -> Rows:
    draws, ids, last = story.draws, story.ids[who], story.time.last_day
    at = month * 8 + program
    slip = draws.choice(ids, "payment_slip", (0.9952, 0.0012, 0.0016, 0.0008, 0.0004, 0.0008), at)  # unpaid, late, short, twice, left out
    keep = slip != 5
    who, ids, slip, amount, account = who[keep], ids[keep], slip[keep], amount[keep], account[keep]
    due = np.full(len(who), int(first_of_month(month)) + _DUE_DAY, dtype=np.int64)
    paid = due + draws.below(ids, "payment_day", 5, at) + np.where(slip == 2, 8 + draws.below(ids, "payment_late", 8, at), 0)
    paid = np.where((slip == 1) | (paid > last), NEVER, np.minimum(paid, int(last_of_month(month))))
    short = np.where(slip == 3, amount // 2, amount)
    twice = np.flatnonzero((slip == 4) & (due + 10 <= last))
    again = np.concatenate([np.arange(len(who)), twice])
    extra = np.concatenate([np.zeros(len(who), dtype=np.int64), np.full(len(twice), 10)])
    columns = {
        "program": picked(_PROGRAMS, np.full(len(again), program)),
        "month": np.full(len(again), month, dtype=np.int32),
        "due_amount": amount[again],
        "paid_amount": np.where(paid == NEVER, 0, short)[again],
        "due_date": (due[again] + extra).astype(np.int32),
        "paid_date": np.where(paid[again] == NEVER, NEVER, np.maximum(paid[again], due[again] + extra)).astype(np.int32),
        "account": account[again],
    }
    return Rows(who[again], columns, np.full(len(again), month, dtype=np.int32))


def _accounts(story: Story) -> NDArray[np.uint64]:
    """A number for each person's account: a family has one; some village accounts serve many families."""
    house = story.households.ids[story.people.home]
    keeps_all = story.draws.chance(story.village.astype(np.uint64), "village_account", 0.004)  # one account for a whole village
    shared = keeps_all & story.draws.chance(story.ids, "shared_account", 0.6)
    return np.where(shared, story.village.astype(np.uint64) << np.uint64(8), house)


def _with_accounts(rows: Rows) -> Rows:
    account = np.asarray(rows.columns["account"]).astype(np.uint64)
    with np.errstate(over="ignore"):
        first = (account + np.uint64(0x632BE59BD9B4E019)) * np.uint64(0xD6E8FEB86659FD93)
        first ^= first >> np.uint64(32)
        first *= np.uint64(0xD6E8FEB86659FD93)
    columns = {name: column for name, column in rows.columns.items() if name != "account"}
    return Rows(rows.person, columns | {"account_hash": _digest(first ^ (first >> np.uint64(29)))}, rows.month)


def _digest(numbers: NDArray[np.uint64]) -> pa.Array:
    """Text of a digest, with a letter in the middle: no run of digits in it can be taken for a citizen ID."""
    letters16 = hexadecimal(numbers)
    return texts(side_by_side(letters16[:, :8], letters("h", len(numbers)), letters16[:, 8:]))
