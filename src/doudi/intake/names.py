"""What a file's name says: the dataset's title, the period, whether it corrects an earlier delivery, and what is no delivery at all."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from doudi.contracts.periods import Period, find_period

_CORRECTION = re.compile(r"更正|修正|订正|改正|勘误")
_SPACE = re.compile(r"\s+")
MEMBER = "!"
"""Between an archive and its member, a workbook and its sheet: `outer.zip!inner.csv`."""

_README = re.compile(r"(?:readme|read\.me|说明|须知|填报说明|license)", re.IGNORECASE)
_NOT_TABLES = {".md", ".rst", ".log", ".py", ".html", ".htm", ".ini", ".db", ".lnk", ".tmp", ".bak", ".sha256", ".md5"}


@dataclass(frozen=True)
class NameHint:
    """`datasets`: none, one, or several if the name holds several titles that do not overlap."""

    datasets: tuple[str, ...]
    period: Period | None
    correction: bool


def read_name(name: str, titles: Mapping[str, str]) -> NameHint:
    """What `name` (folders, archive and member included) says; the innermost part that says something counts.

    `titles` maps the words that name a dataset to it. A title inside a longer title does not count.
    """
    parts = [part for piece in reversed(name.split(MEMBER)) for part in reversed(PurePosixPath(piece).parts)]
    datasets = next((found for part in parts if (found := _datasets(part, titles))), ())
    period = next((found for part in parts if (found := find_period(part))), None)
    return NameHint(datasets, period, any(_CORRECTION.search(part) for part in parts))


def _datasets(part: str, titles: Mapping[str, str]) -> tuple[str, ...]:
    plain = _SPACE.sub("", unicodedata.normalize("NFKC", part)).lower()
    taken: list[tuple[int, int]] = []
    found: dict[str, None] = {}
    for title in sorted(titles, key=lambda title: (-len(title), title)):
        for match in re.finditer(_pattern(title.lower()), plain):
            if all(match.end() <= start or end <= match.start() for start, end in taken):
                taken.append(match.span())
                found[titles[title]] = None
    return tuple(found)


def _pattern(title: str) -> str:
    """Latin names are whole words; Chinese has none."""
    return rf"(?<![a-z]){re.escape(title)}(?![a-z])" if title.isascii() else re.escape(title)


def is_hidden(part: str) -> bool:
    """Whether a file or folder is none that a person sees: hidden, a lock of an open document, what macOS adds to archives."""
    return part.startswith((".", "~$", "__MACOSX")) or part.lower() in ("thumbs.db", "desktop.ini")


def is_reading_matter(name: str) -> bool:
    """Whether a file beside the deliveries is something to read (a README, instructions), not a delivery."""
    path = PurePosixPath(name.split(MEMBER)[-1])
    suffix = path.suffix.lower()
    return suffix in _NOT_TABLES or (suffix in (".txt", ".doc", ".docx", ".pdf", "") and bool(_README.search(path.stem)))
