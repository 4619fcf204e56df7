"""Code lists: what a code means, and which code a delivered text means.

The lists are data (`data/code_lists.yaml`, `ethnicity.csv`, `relation.csv`); this module knows only how people write codes.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from doudi.kernel.yamltext import parse_yaml

_DATA = files("doudi.standards") / "data"
_SPACE = re.compile(r"[\s\u200b\ufeff'`]+")
_DECIMALS = re.compile(r"(\d+)\.0+")
_BETWEEN = r"[-_.、:/|,;=]*"
_LONGEST = 60
"""Longer cells are no code; looking closer would only cost time."""


def _plain(text: str) -> str:
    return _SPACE.sub("", unicodedata.normalize("NFKC", text)).upper()


@dataclass(frozen=True, eq=False)
class CodeList:
    """One list: `codes` maps each code to its Chinese label in the list's order, `also` other spellings to their code."""

    name: str
    title: str
    source: str
    codes: Mapping[str, str]
    also: Mapping[str, str]

    def code_for(self, text: str) -> str | None:
        """The code that a delivered text means, None if it means none.

        Understands the code, with zeros in front or without them, full-width forms, the label and its variants, and code and label
        together (`01 汉族`, `01-汉族`, `汉族(01)`) if both say the same.
        """
        plain = _plain(text[: _LONGEST + 1])
        return None if len(text) > _LONGEST else self._single(plain) or self._pair(plain)

    def label(self, code: str) -> str:
        """The Chinese label of a code. Raises KeyError if the list has no such code."""
        return self.codes[code]

    def _single(self, plain: str) -> str | None:
        found = self._index.get(plain)
        if found is None:
            digits = _DECIMALS.sub(r"\1", plain) if plain.isascii() else ""
            if digits.isdigit():
                found = self._index.get(digits) or self._by_number.get(int(digits))
        return found

    def _pair(self, plain: str) -> str | None:
        for form in self._pairs:
            match = form.fullmatch(plain)
            if match:
                code = self._single(match["code"])
                if code is not None and code == self._single(match["label"]):
                    return code
        return None

    @cached_property
    def _index(self) -> Mapping[str, str]:
        index = {_plain(word): code for word, code in self.also.items()}
        index |= {_plain(label): code for code, label in self.codes.items()}
        if self.name == "ethnicity":  # 汉 for 汉族
            index |= {label[:-1]: code for code, label in self.codes.items() if label.endswith("族")}
        return index | {code: code for code in self.codes}

    @cached_property
    def _pairs(self) -> tuple[re.Pattern[str], re.Pattern[str]]:
        code = "|".join(sorted({re.escape(code.lstrip("0") or "0") for code in self.codes}, key=len, reverse=True))
        code = rf"[(\[【<]?(?P<code>0*(?:{code}))[)\]】>]?"
        return re.compile(rf"{code}(?!\d){_BETWEEN}(?P<label>.+)"), re.compile(rf"(?P<label>.+?){_BETWEEN}(?<!\d){code}")

    @cached_property
    def _by_number(self) -> Mapping[int, str]:
        return {int(code): code for code in self.codes if code.isdigit()}


@cache
def codelists() -> Mapping[str, CodeList]:
    """All lists by name (`sex`, `ethnicity`, `relation`, ...). Read once."""
    text = (_DATA / "code_lists.yaml").read_text(encoding="utf-8")
    return MappingProxyType({name: _read(name, entry) for name, entry in parse_yaml(text, "code_lists.yaml").items()})


def _read(name: str, entry: Mapping[str, Any]) -> CodeList:
    codes = entry.get("codes") or {row["code"]: row["label"] for row in rows_of(entry["file"])}
    also = entry.get("also") or {}
    stray = set(also.values()) - set(codes)
    if stray:
        raise ValueError(f"code list {name}: spellings for codes that it has not: {sorted(stray)}")
    return CodeList(name, entry["title"], entry["source"], MappingProxyType(dict(codes)), MappingProxyType(dict(also)))


def rows_of(file: str) -> Iterator[dict[str, str]]:
    """The rows of one of the package's CSV files."""
    yield from csv.DictReader((_DATA / file).read_text(encoding="utf-8").splitlines())
