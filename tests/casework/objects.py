"""Which object each address of one object is asked for in the security matrix: name of the address -> a function that makes it.

Every room adds its own addresses here: `OBJECTS["household"] = lambda cast: {"number": some_household(cast).number}`.
The function makes (as the loader, outside any scope) an object of 涟源市's 伏口镇, of civil affairs where it has a department, and returns the
address's parameters: everybody of `cast.strangers` must get 404 for it. `tests/casework/test_matrix.py` asks every address for every role and every
stranger, and fails for an address with parameters that is missing here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.casework.cast import Cast

OBJECTS: dict[str, Callable[[Cast], dict[str, Any]]] = {}
"""Name of the address -> function of the cast that makes the object and returns the address's parameters."""

NO_STRANGERS: dict[str, str] = {}
"""Addresses whose object is nobody's in particular, so that a stranger may see it, each with the reason."""
