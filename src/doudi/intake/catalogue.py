"""Everything intake must know of the contracts, made ready once: titles, headers, compiled checks."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from functools import cache, cached_property
from pathlib import Path

from doudi.contracts.checks import CompiledContract, compile_contract
from doudi.contracts.headers import plain_header
from doudi.contracts.model import Contract, FieldType
from doudi.contracts.read import load_contracts
from doudi.intake.furniture import plain
from doudi.standards import codelists

_BRACKET = re.compile(r"[(\[{【〔<][^()\[\]{}【】〔〕<>]*[)\]}】〕>]")
_LONGEST_HEADER = 100


class Catalogue:
    """The contracts of an installation, as intake asks about them."""

    def __init__(self, contracts: Mapping[str, Contract]) -> None:
        self.contracts = contracts
        self.titles = {contract.title: name for name, contract in contracts.items()} | {name: name for name in contracts}
        self._named = {plain(title).lower(): name for title, name in self.titles.items()}
        self._headers: dict[str, FieldType | None] = {}

    def dataset_named(self, word: str) -> str | None:
        """The dataset that a manifest's word means (title or identifier), None if it means none."""
        return self._named.get(plain(word).lower())

    def compiled(self, dataset: str) -> CompiledContract:
        """The checks of a dataset, made anew: they remember what values mean, and that must not add up over many files."""
        return compile_contract(self.contracts[dataset], codelists())

    def is_header(self, cell: str) -> bool:
        """Whether any contract has a column of this name."""
        return self.header_type(cell) is not None

    def header_type(self, cell: str) -> FieldType | None:
        """The type of the column that some contract calls so; None if no contract does."""
        if len(cell) > _LONGEST_HEADER:
            return None
        if cell not in self._headers:
            if len(self._headers) > 10_000:
                self._headers.clear()
            self._headers[cell] = self._words.get(_BRACKET.sub("", plain_header(cell)))
        return self._headers[cell]

    @cached_property
    def _words(self) -> dict[str, FieldType]:
        fields = [each for contract in self.contracts.values() for each in contract.fields]
        return {plain_header(header): each.type for each in fields for header in each.headers if header}

    @cache  # noqa: B019 - one catalogue lives as long as the process
    def fingerprint(self, dataset: str) -> str:
        """16 hex digits that change when the contract does."""
        return hashlib.sha256(repr(self.contracts[dataset]).encode()).hexdigest()[:16]


@cache
def shipped_catalogue(folder: Path | None = None) -> Catalogue:
    """The catalogue of the contracts in `folder` (default: Doudi's own), read once."""
    return Catalogue(load_contracts(folder))
