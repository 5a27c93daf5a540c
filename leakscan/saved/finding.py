"""One finding of the public contract, as JSON, JSON lines and SARIF carry it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import cast

from leakscan.model import (
    Commit,
    CommitMessage,
    CommittedFile,
    Confidence,
    Event,
    Exposure,
    Finding,
    Help,
    Location,
    Origin,
    Part,
    RuleInfo,
    Severity,
    StagedFile,
    Stdin,
    StoredBlob,
    TagMessage,
    WorktreeFile,
)
from leakscan.saved.fields import Fields
from leakscan.verdict import NOT_CHECKED, PERMISSIONS, STATUSES, Status, Verification

_ESCAPE = re.compile(rb"\\(?:(\\)|x([0-9a-f]{2}))")
_PARTS: tuple[str, ...] = Part.__args__  # type: ignore[attr-defined]


def parse_path(text: str) -> bytes:
    r"""The bytes that `json_path` wrote: backslashes doubled, a byte that is not UTF-8 as `\xNN`."""
    raw = text.encode("utf-8", "surrogatepass")
    return _ESCAPE.sub(lambda found: found[1] or bytes.fromhex(found[2].decode()), raw)


def parse_finding(fields: Fields, rules: Mapping[str, RuleInfo]) -> Finding:
    """A value in full is not taken over: whoever saved it asked for it, whoever reads it did not.

    `rules` give the help where the report has none."""
    rule_id = fields.text("rule_id")
    rule = rules.get(rule_id)
    help_ = fields.object("help")
    part = fields.text("part")
    if part not in _PARTS:
        raise fields.error("part", f"one of {', '.join(_PARTS)}")
    return Finding(
        fingerprint=fields.text("fingerprint"),
        rule_id=rule_id,
        exchange=fields.text("exchange"),
        part=cast("Part", part),
        title=fields.text("title"),
        severity=fields.level("severity", Severity),
        confidence=fields.level("confidence", Confidence),
        score=fields.share("score"),
        preview=fields.text("preview"),
        length=fields.number("length"),
        reasons=fields.texts("reasons"),
        group=fields.text("group", ""),
        locations=tuple(parse_location(location) for location in fields.objects("locations")),
        exposure=_exposure(fields.object("exposure") or Fields({}, fields.where)),
        help=_help(help_) if help_ else rule.help if rule else Help("", "", ()),
        public_key_sha256=fields.text("public_key_sha256", ""),
        baseline=fields.flag("baseline", False),
        verification=_verification(fields.object("verification")),
    )


def _verification(fields: Fields | None) -> Verification:
    if fields is None:
        return NOT_CHECKED
    status = fields.text("status")
    if status not in STATUSES:
        raise fields.error("status", f"one of {', '.join(STATUSES)}")
    held = fields.texts("permissions")
    if not set(held) <= set(PERMISSIONS):
        raise fields.error("permissions", f"a list of {', '.join(PERMISSIONS)}")
    return Verification(
        status=cast("Status", status),
        permissions=held,
        ip_restricted=fields.flag("ip_restricted") if fields.has("ip_restricted") else None,
        expires=fields.text("expires", ""),
        reason=fields.text("reason", ""),
        is_test=fields.flag("test_network", False),
    )


def _help(fields: Fields) -> Help:
    return Help(fields.text("revoke_url", ""), fields.text("docs_url", ""), fields.texts("steps"))


def parse_location(fields: Fields) -> Location:
    return Location(
        origin=_origin(fields),
        line=fields.number("start_line"),
        column=fields.number("start_column"),
        end_line=fields.number("end_line"),
        end_column=fields.number("end_column"),
        oid=fields.text("blob", "") if fields.text("source") in ("tree", "stdin") else "",
    )


def _origin(fields: Fields) -> Origin:
    source = fields.text("source")
    path = parse_path(fields.text("path", ""))
    blob = fields.text("blob", "")
    match source:
        case "tree":
            return WorktreeFile(path)
        case "staged":
            return StagedFile(blob, path)
        case "history" | "range":
            if not fields.has("in_head"):
                return StoredBlob(blob)
            commit = _commit(fields) if fields.has("commit") else None
            return CommittedFile(blob, path, commit, fields.flag("in_head"), source)
        case "commit-message":
            return CommitMessage(
                fields.text("commit"), commit=_commit(fields) if fields.has("date") else None
            )
        case "tag-message":
            return TagMessage(blob)
        case "stdin":
            return Stdin()
    raise fields.error("source", "tree, history, staged, range, stdin, commit-message or tag-message")


def _commit(fields: Fields) -> Commit:
    """The report has the author's date alone: it stands for the committer's too."""
    date = fields.text("date")
    moment = _moment(date)
    return Commit(fields.text("commit"), fields.text("author", ""), date, moment, moment)


def _moment(date: str) -> int:
    """Seconds since the epoch; 0 for a date that no calendar has: commits claim all sorts of them."""
    try:
        moment = datetime.fromisoformat(date)
        return int(moment.timestamp())
    except (ValueError, OverflowError, OSError):
        return 0


def _exposure(fields: Fields) -> Exposure:
    return Exposure(
        introduced=_event(fields.object("introduced")),
        removed=_event(fields.object("removed")),
        in_tree=fields.flag("in_tree", False),
        in_head=fields.flag("in_head", False),
        refs=fields.texts("refs"),
        published=fields.flag("published", False),
        days=fields.number("days") if fields.has("days") else None,
    )


def _event(fields: Fields | None) -> Event | None:
    return None if fields is None else Event(_commit(fields), parse_path(fields.text("path", "")))
