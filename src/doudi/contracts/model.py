"""What a contract says: a dataset, its fields, its checks, how often it is due. Plain values; reading them is `read`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal, get_args

FieldType = Literal["id18", "name", "date", "month", "money", "int", "ratio", "code", "region12", "region6", "phone", "text", "bool"]
Mode = Literal["snapshot", "events"]
Frequency = Literal["daily", "weekly", "monthly", "quarterly", "termly", "yearly", "irregular"]
Sensitivity = Literal["identifier", "name", "contact", "health", "finance", "personal", "location", "general"]

FIELD_TYPES: tuple[str, ...] = get_args(FieldType)
MODES: tuple[str, ...] = get_args(Mode)
FREQUENCIES: tuple[str, ...] = get_args(Frequency)
SENSITIVITIES: tuple[str, ...] = get_args(Sensitivity)


@dataclass(frozen=True)
class Field:
    """One column of a delivery.

    `headers` holds every accepted header, the own one (`header`) first. `low` and `high` are inclusive bounds as whole numbers of what the
    column becomes: fen for money, ordinals of days for dates, month indexes for months. `name_of` of an ID is the name field of the same
    person. `reference` marks a number that identifies one record and may find a person whose ID is lost; `record_no` any number that is
    compared without spaces and full-width forms. `embeds_id` marks a text that begins with a citizen ID.
    """

    name: str
    header: str
    headers: tuple[str, ...]
    type: FieldType
    required: bool = False
    key: bool = False
    code_list: str | None = None
    unit: str | None = None
    sensitivity: Sensitivity = "general"
    low: int | None = None
    high: int | None = None
    pattern: str | None = None
    record_no: bool = False
    reference: bool = False
    name_of: str | None = None
    embeds_id: bool = False
    description: str = ""

    @property
    def column(self) -> str | None:
        """The lake column that holds the value; None for names and phones, which the lake has not, and for texts that embed an ID."""
        if self.type in ("name", "phone") or self.embeds_id:
            return None
        return self.name.removesuffix("_id") if self.type == "id18" else self.name

    @property
    def columns(self) -> tuple[str, ...]:
        """All lake columns of the field: none, one, or for a text that embeds an ID its tail and its keyed hash."""
        if self.embeds_id:
            return (f"{self.name}_tail", f"{self.name}_hash")
        return (self.column,) if self.column else ()

    @property
    def personal(self) -> bool:
        """Whether a value would tell who somebody is, so that no message may show it."""
        return self.type in ("id18", "name", "phone") or self.embeds_id


@dataclass(frozen=True)
class Check:
    """A claim about each row that is reported where it fails and refuses nothing. `test` compares sums of fields (see `rowchecks`)."""

    name: str
    says: str
    test: str


@dataclass(frozen=True)
class Contract:
    """What one department owes for one dataset. `named`: whether the notice names the dataset; `key` the record key in its order.

    `covers_many`: whether many people have rows in it; it says where time is saved, never what comes out.
    """

    dataset: str
    title: str
    department: str
    department_name: str
    mode: Mode
    frequency: Frequency
    named: bool
    version: str
    fields: tuple[Field, ...]
    key: tuple[str, ...]
    checks: tuple[Check, ...] = ()
    purpose: str = ""
    usage: str = ""
    limitations: str = ""
    covers_many: bool = False
    granularity: str = ""
    where: str = ""

    @cached_property
    def by_name(self) -> dict[str, Field]:
        """The fields by name."""
        return {each.name: each for each in self.fields}

    def field(self, name: str) -> Field:
        """The field of that name. Raises KeyError if there is none."""
        return self.by_name[name]

    def of_type(self, *types: FieldType) -> tuple[Field, ...]:
        """The fields of these types, in the contract's order."""
        return tuple(each for each in self.fields if each.type in types)

    @property
    def subject(self) -> str | None:
        """The lake column of the person a row is about; where two people make the key, the last; None if a dataset has no person."""
        about = [each.column for each in self.of_type("id18") if each.key or each.name == "person_id"]
        return about[-1] if about else None
