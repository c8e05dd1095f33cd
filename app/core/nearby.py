"""Whether a request comes straight from a network that is named: for what only this machine, or its monitoring, may ask."""

from collections.abc import Container
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network
# Whoever sends one of these came through a proxy, or says so: where they are is then not known from the connection.
FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")


def networks(text: str) -> tuple[Network, ...]:
    """Networks as a setting names them, with commas; raises ValueError."""
    return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())


def is_near(host: str | None, headers: Container[str], near: tuple[Network, ...]) -> bool:
    """Whether the connecting address lies in one of the networks, and nobody passed the request on."""
    if any(name in headers for name in FORWARDED):
        return False
    try:
        address = ip_address(host or "")
    except ValueError:  # a socket without an address
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return any(address in network for network in near)
