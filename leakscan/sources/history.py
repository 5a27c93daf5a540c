"""Objects of a repository as content: blobs, and the texts of commits and annotated tags."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from leakscan.model import Blob, CommitMessage, StoredBlob, TagMessage

if TYPE_CHECKING:
    from leakscan.gitstore import StoredObject

# A signature is base64 by nature, and made of nothing that could leak. Whatever else stands in its place stays.
_EDGE = rb"(?:gpgsig(?:-sha256)? -----BEGIN| -----END) (?:PGP|SSH|SIGNED) (?:SIGNATURE|MESSAGE)-----\r?"
_ABOUT = rb" (?:Version|Comment|Hash): [^\n]*+"
_SIGNATURE = re.compile(
    rb"^%(edge)s$(?:\n(?: =?[A-Za-z0-9+/]*+={0,2}+\r?|%(edge)s|%(about)s)$)*+"
    % {b"edge": _EDGE, b"about": _ABOUT},
    re.MULTILINE,
)
_ABOUT_IT = re.compile(_ABOUT)
_MAX_TAG_NAME = 200
_LAST_RUN = re.compile(r"[\w+/=.-]*\Z")


def contents(stored: StoredObject) -> tuple[Blob, ...]:
    """A blob is one content; a commit or tag is two: its message, and the header lines above it."""
    oid, kind, data, _ = stored
    if kind == "blob":
        return (Blob(oid, data, StoredBlob(oid)),)
    header, _, message = data.partition(b"\n\n")
    header = _without_signatures(header)
    if kind == "commit":
        return Blob(oid, message, CommitMessage(oid)), Blob(oid, header, CommitMessage(oid, header=True))
    name = _tag_name(header)
    return Blob(oid, message, TagMessage(oid, name=name)), Blob(oid, header, TagMessage(oid, True, name))


def _without_signatures(header: bytes) -> bytes:
    """The header with the lines of a signature left empty, so that line numbers stay."""
    return _SIGNATURE.sub(_emptied, header) if b"\ngpgsig" in header else header


def _emptied(signature: re.Match[bytes]) -> bytes:
    text = signature.group()
    if b": " not in text:
        return b"\n" * text.count(b"\n")
    return b"\n".join(line if _ABOUT_IT.match(line) else b"" for line in text.split(b"\n"))


def _tag_name(header: bytes) -> str:
    for line in header.split(b"\n"):
        if line.startswith(b"tag "):
            name = line[4:].decode("utf-8", "replace")
            # a value that is cut could not be told from a name any more
            return name if len(name) <= _MAX_TAG_NAME else _LAST_RUN.sub("", name[:_MAX_TAG_NAME])
    return ""
