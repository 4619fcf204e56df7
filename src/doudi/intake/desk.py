"""What taking files needs from one to the next."""

from __future__ import annotations

from typing import Any

from doudi.identity.keys import Keys
from doudi.identity.stamp import Stamper
from doudi.intake.catalogue import Catalogue
from doudi.intake.people import Seals
from doudi.intake.readers.model import LIMITS, Limits
from doudi.lake.home import Home

_BATCHES = 24
"""Batches of rows after which what the stamper remembers is forgotten: memory does not grow with what is taken."""


Written = tuple[dict[str, Any], str, bool]
"""A delivery's document, the name it is sent under, whether it is new. Of one that was there only `delivery` is in the document."""


class Desk:
    """What taking needs: the home (being written), its keys, the contracts; and what is worth remembering between files."""

    def __init__(self, home: Home, keys: Keys, catalogue: Catalogue, limits: Limits = LIMITS) -> None:
        self.home, self.keys, self.catalogue, self.limits = home, keys, catalogue, limits
        self.seals = Seals(keys)
        self._stamper, self._stamped = Stamper(keys), 0

    def stamper(self) -> Stamper:
        """The stamper for the next batch of rows."""
        self._stamped += 1
        if self._stamped % _BATCHES == 0:
            self._stamper = Stamper(self.keys)
        return self._stamper
