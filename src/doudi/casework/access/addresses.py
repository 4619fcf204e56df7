"""Where a request comes from. Only what our own proxies wrote is believed: anybody may send a header."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest


def address_of(request: HttpRequest) -> str:
    """The visitor's address; empty if what the proxies said is none."""
    proxies = settings.OPTIONS.proxies
    if not proxies:
        return _plain(request.META.get("REMOTE_ADDR", ""))
    passed = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    return _plain(passed[-proxies]) if len(passed) >= proxies else ""


def within(address: str, networks: str) -> bool:
    """Whether the address is in one of the networks (separated by commas); in none if it is unknown."""
    try:
        place = ip_address(address)
    except ValueError:
        return False
    return any(place in ip_network(network.strip(), strict=False) for network in networks.split(",") if network.strip())


def _plain(address: str) -> str:
    try:
        return str(ip_address(address))
    except ValueError:
        return ""
