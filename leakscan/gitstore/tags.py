"""Annotated tags: what they name, and where refs lead through them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Protocol

from leakscan.gitstore.faults import readable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from leakscan.gitstore.objects import StoredObject
    from leakscan.gitstore.refs import Refs

_MAX_DEPTH = 50
_MAX_NAMED_DEPTH = 20  # each costs a question; a ref that leads farther is not named where a finding stands
_TAG = re.compile(rb"object ([0-9a-f]{64}|[0-9a-f]{40})\n(?:type (commit|tree|blob|tag)\n)?")


class Objects(Protocol):
    """Whoever can tell the kind and content of single objects, of those that are there."""

    def kinds(self, oids: Iterable[str]) -> dict[str, str]: ...

    def fetch(self, oids: Iterable[str]) -> Iterator[StoredObject]: ...


def parse_tag(data: bytes) -> tuple[str, str]:
    """The object that an annotated tag names, and what it says that this is: "commit", "tree", "blob" or "tag". Empty
    where it says nothing."""
    match = _TAG.match(data)
    return (match[1].decode(), (match[2] or b"").decode()) if match else ("", "")


def follow_tips(refs: Refs, objects: Objects) -> tuple[dict[str, str], dict[str, str]]:
    """id -> kind of all that refs, HEADs and reflogs name, and of what tags among that lead to; id -> who names it, of
    what is not there or not what a tag says that it is. What only reflogs or pseudo-refs name may be gone."""
    named = {ref.oid: ref.name for ref in refs.refs}
    if refs.head:
        named.setdefault(refs.head, b"HEAD")
    kinds = objects.kinds(sorted(named.keys() | refs.tips | refs.logged))
    missing = {oid: f"{readable(by)} names it" for oid, by in named.items() if oid not in kinds}
    branches = {ref.oid: ref.name for ref in refs.refs if ref.name.startswith(b"refs/heads/")}
    missing |= {oid: f"{readable(by)} names it" for oid, by in branches.items() if kinds.get(oid) != "commit"}
    tags = [oid for oid, kind in kinds.items() if kind == "tag"]
    for _ in range(_MAX_DEPTH):
        said = [(tag.oid, *parse_tag(tag.data)) for tag in objects.fetch(tags)]
        said = [(tag, oid, kind) for tag, oid, kind in said if oid]
        fresh = objects.kinds(sorted({oid for _, oid, _ in said} - kinds.keys()))
        kinds |= fresh
        for tag, oid, kind in said:
            if kind != kinds.get(oid):
                missing[oid] = f"tag {tag} names it as a {kind or 'nameless kind'}"
        tags = [oid for oid, kind in fresh.items() if kind == "tag"]
        if not tags:
            break
    return kinds, missing


def tagged_commits(refs: Refs, objects: Objects) -> dict[str, str]:
    """Tag -> the commit it leads to, of all tags that refs name."""
    tips = {ref.oid for ref in refs.refs}
    targets = {oid: oid for oid, kind in objects.kinds(tips).items() if kind == "tag"}
    peeled: dict[str, str] = {}
    for _ in range(_MAX_NAMED_DEPTH):
        if not targets:
            break
        found = objects.fetch(dict.fromkeys(targets.values()))
        target_of = {tag.oid: parse_tag(tag.data)[0] for tag in found if tag.kind == "tag"}
        targets = {
            tag: target_of[at] for tag, at in targets.items() if target_of.get(at, "") not in ("", tag)
        }
        kinds = objects.kinds(set(targets.values()))
        peeled |= {tag: oid for tag, oid in targets.items() if kinds.get(oid) == "commit"}
        targets = {tag: oid for tag, oid in targets.items() if kinds.get(oid) == "tag"}
    return peeled
