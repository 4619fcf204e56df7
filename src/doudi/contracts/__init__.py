"""What departments owe: contracts (ODCS 3 YAML in `contracts/`), read, compiled to checks, rendered as the data requirement list."""

from doudi.contracts.checks import CompiledContract, CompiledField, ConvertedColumn, compile_contract
from doudi.contracts.headers import HeaderMatch, match_headers, other_unit, recognise
from doudi.contracts.model import Check, Contract, Field
from doudi.contracts.periods import Period, find_period, parse_period
from doudi.contracts.problems import Problem
from doudi.contracts.read import load_contracts
from doudi.contracts.sla import Lateness, covered_through, due_through, lateness

__all__ = [
    "Check",
    "CompiledContract",
    "CompiledField",
    "Contract",
    "ConvertedColumn",
    "Field",
    "HeaderMatch",
    "Lateness",
    "Period",
    "Problem",
    "compile_contract",
    "covered_through",
    "due_through",
    "find_period",
    "lateness",
    "load_contracts",
    "match_headers",
    "other_unit",
    "parse_period",
    "recognise",
]
