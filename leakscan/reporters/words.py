"""Numbers, sizes and names of objects as words."""

from __future__ import annotations


def counted(number: int, noun: str, plural: str = "") -> str:
    """`1 file`, `3,412 blobs`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def size(number: int) -> str:
    """Bytes in decimal units: `81.3 MB`."""
    if number < 1000:
        return f"{number} B"
    units = ("kB", "MB", "GB", "TB")
    power = next((power for power in range(1, len(units)) if number / 1000**power < 999.95), len(units))
    return f"{number / 1000**power:,.1f} {units[power - 1]}"


def short_oid(oid: str) -> str:
    return oid[:8]


def day(date: str) -> str:
    """The day of an RFC 3339 date."""
    return date[:10]


def listed(items: list[str], limit: int) -> str:
    """`a, b and 4 more`."""
    if len(items) <= limit:
        return ", ".join(items)
    return f"{', '.join(items[:limit])} and {len(items) - limit:,} more"


def listed_and(items: list[str]) -> str:
    """`a, b and c`."""
    return " and ".join(filter(None, (", ".join(items[:-1]), items[-1])))
