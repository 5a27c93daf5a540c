"""An organisation as a SQLite database, for those who ask questions of their own."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from leakscan.errors import ConfigError
from leakscan.fleet.organisation import Organisation
from leakscan.model import Finding
from leakscan.reporters.json_report import finding_fields

_SCHEMA = """
CREATE TABLE repositories (name TEXT PRIMARY KEY, state TEXT, report TEXT, credentials INTEGER, commits INTEGER,
  blobs INTEGER, bytes INTEGER);
CREATE TABLE findings (fingerprint TEXT PRIMARY KEY, credential TEXT, rule_id TEXT, exchange TEXT, part TEXT,
  title TEXT, severity TEXT, confidence TEXT, score REAL, preview TEXT, length INTEGER, introduced TEXT,
  introduced_commit TEXT, introduced_author TEXT, removed TEXT, in_tree INTEGER, in_head INTEGER, published INTEGER,
  days INTEGER, baseline INTEGER);
CREATE TABLE holders (fingerprint TEXT, repository TEXT, PRIMARY KEY (fingerprint, repository));
CREATE TABLE locations (fingerprint TEXT, path TEXT, start_line INTEGER, start_column INTEGER, source TEXT, blob TEXT,
  "commit" TEXT, author TEXT, date TEXT, in_head INTEGER);
CREATE TABLE failures (kind TEXT, "where" TEXT, reason TEXT);
CREATE INDEX locations_of ON locations (fingerprint);
"""


def write_sqlite(path: Path, fleet: Organisation) -> None:
    """Replaces the file at once, mode 0600. ConfigError if it cannot be written: what stood there stays."""
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        os.close(handle)
        try:
            database = sqlite3.connect(name)
            try:
                with database:
                    _fill(database, fleet)
            finally:
                database.close()
            os.replace(name, path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except (OSError, sqlite3.Error) as error:
        raise ConfigError(f"{path}: the database cannot be written there: {error}") from None


def _fill(database: sqlite3.Connection, fleet: Organisation) -> None:
    database.executescript(_SCHEMA)
    database.executemany(
        "INSERT INTO repositories VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            (_text(r.name), r.state, r.report, r.credentials, r.commits, r.blobs, r.bytes)
            for r in fleet.repositories
        ),
    )
    database.executemany(
        f"INSERT INTO findings VALUES ({', '.join('?' * 20)})", map(_finding_row, fleet.result.findings)
    )
    database.executemany("INSERT OR IGNORE INTO holders VALUES (?, ?)", _holder_rows(fleet))
    database.executemany(
        f"INSERT INTO locations VALUES ({', '.join('?' * 10)})",
        (row for finding in fleet.result.findings for row in _location_rows(finding)),
    )
    database.executemany(
        "INSERT INTO failures VALUES (?, ?, ?)",
        ((f.kind, _text(f.where), _text(f.reason)) for f in fleet.result.failures),
    )


def _finding_row(finding: Finding) -> tuple[Any, ...]:
    exposure = finding.exposure
    came, went = exposure.introduced, exposure.removed
    return (
        finding.fingerprint,
        finding.group or finding.fingerprint,
        finding.rule_id,
        finding.exchange,
        finding.part,
        _text(finding.title),
        str(finding.severity),
        str(finding.confidence),
        round(finding.score, 4),
        _text(finding.preview),
        finding.length,
        came and came.commit.date,
        came and came.commit.oid,
        came and _text(came.commit.author),
        went and went.commit.date,
        exposure.in_tree,
        exposure.in_head,
        exposure.published,
        exposure.days,
        finding.baseline,
    )


def _holder_rows(fleet: Organisation) -> Iterator[tuple[str, str]]:
    for fingerprint, names in sorted(fleet.holders.items()):
        yield from ((fingerprint, _text(name)) for name in sorted(names))


def _location_rows(finding: Finding) -> Iterator[tuple[Any, ...]]:
    for place in finding_fields(finding)["locations"]:
        names = (
            "path",
            "start_line",
            "start_column",
            "source",
            "blob",
            "commit",
            "author",
            "date",
            "in_head",
        )
        values = (place[name] for name in names)
        yield (finding.fingerprint, *(_text(value) if isinstance(value, str) else value for value in values))


def _text(text: str) -> str:
    """SQLite takes no lone surrogates."""
    return text.encode("utf-8", "backslashreplace").decode()
