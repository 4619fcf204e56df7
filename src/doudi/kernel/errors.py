"""One base class for everything Doudi refuses to do.

An error says what is wrong, where, why, and what to do about it. Checkers gather `Fault`s and raise them together, so that
the reader mends everything in one go. The table of stable codes is `CODES`; `docs/reference/errors.md` is generated from it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

CODES: dict[str, str] = {}


def code(name: str, meaning: str) -> str:
    """Register a stable error code with its Chinese meaning and return it; used once, at module level.

    Raises ValueError if the code is already taken with another meaning.
    """
    if CODES.setdefault(name, meaning) != meaning:
        raise ValueError(f"error code {name} has two meanings")
    return name


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong. `where` is a place a person can open: file, line, row, column or condition."""

    code: str
    what: str
    where: str = ""
    why: str = ""
    todo: str = ""

    def __str__(self) -> str:
        head = f"{self.where}：{self.what}" if self.where else self.what
        tail = "".join(f"；{label}{text}" for label, text in (("原因：", self.why), ("处理：", self.todo)) if text)
        return f"[{self.code}] {head}{tail}"


class DoudiError(Exception):
    """Raised with one or more faults; `str()` lists them all, one a line, in Chinese."""

    def __init__(self, faults: Fault | Iterable[Fault]) -> None:
        self.faults: tuple[Fault, ...] = (faults,) if isinstance(faults, Fault) else tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))
