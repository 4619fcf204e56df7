"""A snapshot without one usable row is held: taken at its word it would end everybody's benefit. Somebody confirms it, or sends it again."""

from __future__ import annotations

from doudi.intake.delivery import CONFIRMATIONS, json_bytes, read_about
from doudi.kernel.clock import now
from doudi.kernel.errors import DoudiError, Fault, code
from doudi.lake.accesslog import who
from doudi.lake.home import Home, write_whole

NOT_HELD = code("delivery_not_held", "这份报送不需要确认")


def confirm_delivery(home: Home, delivery: str) -> None:
    """Confirm a held delivery (its identifier): from the next settling on it counts as accepted. Raises DoudiError if it is not held."""
    about = read_about(home, delivery)
    if about["verdict"] != "held":
        raise DoudiError(Fault(NOT_HELD, "这份报送不是待核的名单，不用确认", delivery))
    with home.writing("确认报送"):
        folder = home.root / CONFIRMATIONS
        folder.mkdir(mode=0o700, exist_ok=True)
        write_whole(folder / f"{delivery}.json", json_bytes({"delivery": delivery, "by": who(), "at": now().isoformat(timespec="seconds")}))
