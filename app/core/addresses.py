"""From where a request comes, as tries are counted: the caller's own address, which only a trusted proxy may tell us."""

from collections.abc import Sequence
from functools import cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from starlette.requests import HTTPConnection

from app.core.settings import settings

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
NONE = "none"
OF_ONE_CALLER = 64  # bits of an IPv6 address that one subscriber is given whole


def client_address(request: HTTPConnection) -> str:
    """The address of who asks: an IPv6 one as its network, for one caller has all of it."""
    peer = request.client.host if request.client else "-"
    return origin(peer, request.headers.getlist("x-forwarded-for"), trusted_proxies())


def origin(peer: str, forwarded: Sequence[str], trusted: Sequence[Network]) -> str:
    """What a trusted `peer` says last that is no trusted proxy itself; what comes from anybody else is not believed."""
    here = _read(peer)
    if here is None:
        return peer
    said = [part.strip() for line in forwarded for part in line.split(",")]
    while said and any(here in network for network in trusted):
        before = _read(said.pop())
        if before is None:
            break
        here = before
    return str(here) if isinstance(here, IPv4Address) else str(ip_network((here, OF_ONE_CALLER), strict=False))


def _read(text: str) -> Address | None:
    try:
        found = ip_address(text)
    except ValueError:
        return None
    return found.ipv4_mapped or found if isinstance(found, IPv6Address) else found


def trusted_proxies() -> tuple[Network, ...]:
    """Those of the settings. Raises ValueError for what is no network."""
    return _networks(settings().trusted_proxies)


@cache
def _networks(text: str) -> tuple[Network, ...]:
    named = [part.strip() for part in text.split(",")] if text not in ("", NONE) else []
    return tuple(ip_network(part) for part in named)


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches a server that listens there."""
    found = _read(host)
    return host == "localhost" if found is None else found.is_loopback
