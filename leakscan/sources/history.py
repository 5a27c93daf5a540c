"""Every object of a repository: blobs, and the texts of commits and annotated tags."""

from __future__ import annotations

from collections.abc import Iterator

from leakscan.gitstore import Store
from leakscan.model import Blob, CommitMessage, StoredBlob, TagMessage

# A signature is base64 by nature, and made of nothing that could leak.
_SIGNATURES = (b"gpgsig", b"gpgsig-sha256")
_MAX_TAG_NAME = 200


def iter_history(store: Store) -> Iterator[Blob]:
    """Each content once. A commit or tag gives two: its message, and the header lines above it."""
    for oid, kind, data in store.iter_objects():
        if kind == "blob":
            yield Blob(oid, data, StoredBlob(oid))
            continue
        header, _, message = data.partition(b"\n\n")
        header = _without_signatures(header)
        if kind == "commit":
            yield Blob(oid, message, CommitMessage(oid))
            yield Blob(oid, header, CommitMessage(oid, header=True))
        else:
            name = _tag_name(header)
            yield Blob(oid, message, TagMessage(oid, name=name))
            yield Blob(oid, header, TagMessage(oid, header=True, name=name))


def _without_signatures(header: bytes) -> bytes:
    """The header with the lines of a signature left empty, so that line numbers stay."""
    if b"\ngpgsig" not in header:
        return header
    lines = header.split(b"\n")
    signed = False
    for number, line in enumerate(lines):
        signed = (signed and line.startswith(b" ")) or line.split(b" ", 1)[0] in _SIGNATURES
        if signed:
            lines[number] = b""
    return b"\n".join(lines)


def _tag_name(header: bytes) -> str:
    for line in header.split(b"\n"):
        if line.startswith(b"tag "):
            return line[4:].decode("utf-8", "replace")[:_MAX_TAG_NAME]
    return ""
