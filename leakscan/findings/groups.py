"""Values -> credentials: which of them are parts of the same one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from leakscan.model import Part

# Several credentials of one owner may share them.
COMPANIONS: frozenset[Part] = frozenset({"passphrase", "user-id"})


@dataclass(slots=True, eq=False)
class _Group:
    members: set[bytes] = field(default_factory=set)
    parts: set[Part] = field(default_factory=set)  # but for companions


def group_values(
    partners: Mapping[bytes, Iterable[bytes | None]], parts: Mapping[bytes, Part]
) -> list[set[bytes]]:
    """Values that stand together, directly or through a third. `partners`: what each stood with, `parts`: what it is.
    One passphrase with two keys is no bridge between them, and is counted with the first."""
    groups = {value: _Group({value}, {parts[value]} - COMPANIONS) for value in partners}
    links = {
        tuple(sorted((value, other)))
        for value, others in partners.items()
        for other in others
        if other is not None and other in partners
    }
    shared: list[tuple[bytes, bytes]] = []
    for one, other in sorted(links):
        if parts[one] in COMPANIONS or parts[other] in COMPANIONS:
            shared.append((one, other))
        else:
            _join(groups, one, other)
    for one, other in shared:
        if groups[one].parts.isdisjoint(groups[other].parts):
            _join(groups, one, other)
    return [group.members for group in {id(group): group for group in groups.values()}.values()]


def _join(groups: dict[bytes, _Group], one: bytes, other: bytes) -> None:
    small, large = sorted((groups[one], groups[other]), key=lambda group: len(group.members))
    if small is large:
        return
    large.members |= small.members
    large.parts |= small.parts
    for member in small.members:
        groups[member] = large
