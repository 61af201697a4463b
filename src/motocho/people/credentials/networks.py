"""Where a request came from, as far as anybody may know it later [接続元].

>>> prefix("203.0.113.77"), shown("203.0.113.77")
('203.0.113.0/24', '203.0.113.x')
>>> prefix("2001:db8:1:2::9"), prefix("::ffff:203.0.113.77"), prefix("unix")
('2001:db8:1::/48', '203.0.113.0/24', 'unknown')
>>> prefix(of_phone("09012345678")), prefix(of_phone("")), shown(of_phone("09012345678"))
('tel:09012345678', 'tel:', 'tel:')
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

_V4_BITS, _V6_BITS = 24, 48
"""What one subscriber or one office has; what one guesser can change at will is within it."""
UNKNOWN = "unknown"
_PHONE = "tel:"


def of_phone(digits: str) -> str:
    """The address of a call [発信元]; all callers who withhold their number share one."""
    return _PHONE + digits


def prefix(address: str) -> str:
    """The network that an address is counted under [接続元のネットワーク]."""
    if address.startswith(_PHONE):
        return address
    read = _read(address)
    if read is None:
        return UNKNOWN
    if isinstance(read, IPv4Address):
        return str(IPv4Network((read, _V4_BITS), strict=False))
    return str(IPv6Network((read, _V6_BITS), strict=False))


def shown(address: str) -> str:
    """The masked place that a member sees in the login history [表示用の接続元]."""
    if address.startswith(_PHONE):
        return _PHONE
    read = _read(address)
    if read is None:
        return UNKNOWN
    if isinstance(read, IPv4Address):
        return f"{str(read).rpartition('.')[0]}.x"
    return f"{IPv6Network((read, _V6_BITS), strict=False).network_address}x"


def _read(address: str) -> IPv4Address | IPv6Address | None:
    try:
        read = ip_address(address.strip())
    except ValueError:
        return None
    mapped = read.ipv4_mapped if isinstance(read, IPv6Address) else None
    return mapped or read
