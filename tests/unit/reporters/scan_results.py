"""Scan results for the tests of the reporters, from a seeded generator: no credential stands here."""

from __future__ import annotations

import random
import string
from dataclasses import replace

from leakscan.model import (
    Commit,
    CommitMessage,
    CommittedFile,
    Confidence,
    Coverage,
    Event,
    Exposure,
    Failure,
    Finding,
    Help,
    Location,
    Origin,
    RuleInfo,
    ScanResult,
    Severity,
    Skipped,
    StoredBlob,
    TagMessage,
    WorktreeFile,
)

ALNUM = string.ascii_letters + string.digits
NOT_EXPOSED = Exposure(None, None, in_tree=True, in_head=False, refs=(), published=False, days=None)
HELP = Help(
    "https://moonbase.example/settings/api",
    "https://docs.moonbase.example/keys",
    (
        "Delete the API key now",
        "Check withdrawals, open orders, transfers and sub-accounts since the date it was introduced",
        "Create a new key with an IP whitelist and the least permission",
        "Load it from the environment or a secret manager",
    ),
)
KEY_RULE = RuleInfo(
    "moonbase-api-key",
    "moonbase",
    "Moonbase",
    "Moonbase API key",
    "64 of [A-Za-z0-9]",
    "key",
    Severity.MEDIUM,
    HELP,
)
SECRET_RULE = RuleInfo(
    "moonbase-api-secret",
    "moonbase",
    "Moonbase",
    "Moonbase API secret",
    "",
    "secret",
    Severity.CRITICAL,
    HELP,
)
HOSTILE_PATHS = (
    b"a\x1b[31mred\x07.py",
    b"new\nline\r\n::error file=x::y",
    b"::error::start",
    b"##[error]azure",
    b"not-utf8-\xff\xfe\x85",
    "right\u202eto left\u2066.py".encode(),
    "zero\u200bwidth\ufeff\u00ad.py".encode(),
    "c1\u0085\u009b.py".encode(),
    "emoji-\U0001f511.py".encode(),
    b"-rf",
    b"--upload-pack=x",
    b"with space/quote'\"`.py",
    b"100%/%41#frag?query=1",
    b"c:/drive:colon",
    b"app/[id](1)/{0}/{{x}}.py",
    b"back\\slash\\xff",
    b"/absolute",
    b"//host/share",
    b"../up/./and/..",
    b"<script>alert(1)</script>",
    b"=cmd|calc",
    b"\xed\xa0\x80surrogate",
    b"long/" * 800,
)


class Generator:
    """Values, commits and findings that differ only with the seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def text(self, length: int, alphabet: str = ALNUM) -> str:
        return "".join(self.random.choices(alphabet, k=length))

    def oid(self) -> str:
        return self.text(40, "0123456789abcdef")

    def commit(
        self, author: str = "Alice <alice@desk.example>", date: str = "2024-03-02T09:30:00+01:00"
    ) -> Commit:
        return Commit(self.oid(), author, date, 1709368200, 1709368200)

    def location(self, origin: Origin, line: int = 12, column: int = 15, **more: str) -> Location:
        return Location(origin, line, column, line, column + 64, **more)

    def finding(self, rule: RuleInfo, *origins: Origin, group: str = "", **changes: object) -> Finding:
        value = self.text(64)
        finding = Finding(
            fingerprint=self.text(32, "0123456789abcdef"),
            rule_id=rule.rule_id,
            exchange=rule.exchange,
            part=rule.part,
            title=rule.title,
            severity=rule.severity,
            confidence=Confidence.HIGH,
            score=0.97,
            preview=f"{value[:4]}…{value[-2:]}",
            length=len(value),
            reasons=("64 letters and digits, 5.2 bits each", f"assigned to {rule.part}"),
            group=group or self.text(8),
            locations=tuple(
                self.location(origin, 12 + number, line_hash=f"{self.text(16, 'abcdef')}:1")
                for number, origin in enumerate(origins)
            ),
            exposure=NOT_EXPOSED,
            help=rule.help,
        )
        return replace(finding, **changes)  # type: ignore[arg-type]


def result_of(*findings: Finding, **changes: object) -> ScanResult:
    result = ScanResult(
        target=".",
        findings=findings,
        skipped=(),
        failures=(),
        coverage=Coverage(files=120, blobs=3412, commits=210, tags=4, bytes=81_300_000, seconds=1.23),
        rules=(KEY_RULE, SECRET_RULE),
        rules_digest="0123456789abcdef",
    )
    return replace(result, **changes)  # type: ignore[arg-type]


def desk_result() -> ScanResult:
    """What a small desk may see: a pair in the tree and the history, a lone secret, a key in messages."""
    make = Generator(7)
    added, removed = make.commit(), make.commit("Bob", "2025-04-18T17:00:00Z")
    exposure = Exposure(Event(added, b"bot/config.py"), None, True, True, ("refs/heads/main",), True, 412)
    gone = Exposure(Event(added, b"ops/old.env"), Event(removed, b"ops/old.env"), False, False, (), False, 90)
    tree = WorktreeFile(b"bot/config.py")
    copies = [CommittedFile(make.oid(), b"ops/env.%d" % number, added, False) for number in range(8)]
    key = make.finding(KEY_RULE, tree, group="pair", exposure=exposure)
    secret = make.finding(SECRET_RULE, tree, *copies, group="pair", exposure=exposure)
    lone = make.finding(SECRET_RULE, copies[0], severity=Severity.HIGH, exposure=gone)
    tagged = make.finding(
        KEY_RULE,
        TagMessage(make.oid(), name="v1.0"),
        CommitMessage(make.oid(), commit=removed),
        StoredBlob(make.oid()),
        confidence=Confidence.MEDIUM,
        score=0.71,
    )
    return result_of(
        key,
        secret,
        lone,
        tagged,
        skipped=(
            Skipped("vendor/lib", "nested repository"),
            Skipped("a.bin", "too big"),
            Skipped("b.bin", "too big"),
        ),
        hidden=2,
    )


def incomplete_result(*findings: Finding) -> ScanResult:
    make = Generator(8)
    missing = tuple(Failure("missing-objects", make.oid(), "not in the object store") for _ in range(7))
    return result_of(*findings, failures=(*missing, Failure("shallow", ".git/shallow", "history is cut off")))
