"""Runs scanners on a folder; what each reports, in one form. Values stay in memory."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

TIMEOUT_S = 3600


class Report(NamedTuple):
    """One reported value at one place: lines and columns from 1, ends exclusive; columns 0 if none are given."""

    path: str
    start_line: int
    end_line: int
    start_column: int
    end_column: int
    value: str  # "" if the scanner does not say
    rule: str
    exchange: str | None  # None: the scanner names no exchange but in the rule
    severity: str
    group: str


def _run(command: list[str], folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, timeout=TIMEOUT_S, check=False)
    return done.stdout.decode()


def leakscan(program: str, folder: Path) -> list[Report]:
    command = [program, "scan", ".", "-f", "json", "-q", "--show-secrets"]
    reports = []
    for finding in json.loads(_run(command, folder))["findings"]:
        for place in finding["locations"]:
            lines = place["start_line"], place["end_line"]
            columns = place["start_column"], place["end_column"]
            more = finding["rule_id"], finding["exchange"], finding["severity"], finding["group"] or ""
            reports.append(Report(place["path"], *lines, *columns, finding["secret"], *more))
    return reports


def kingfisher(program: str, folder: Path) -> list[Report]:
    command = [program, "scan", ".", "--no-validate", "--no-dedup", "--format", "json", "--quiet"]
    out = json.loads(_run(command, folder) or '{"findings": []}')
    return [
        _simple(
            each["finding"]["path"], each["finding"]["line"], each["finding"]["snippet"], each["rule"]["id"]
        )
        for each in out["findings"]
    ]


def detect_secrets(program: str, folder: Path) -> list[Report]:
    results = json.loads(_run([program, "scan", "--all-files", "."], folder))["results"]
    return [
        _simple(path, each["line_number"], "", each["type"])
        for path, found in results.items()
        for each in found
    ]


def credsweeper(program: str, folder: Path) -> list[Report]:
    with tempfile.NamedTemporaryFile(suffix=".json") as out:
        _run([program, "--path", ".", "--save-json", out.name, "--log", "CRITICAL"], folder)
        found: list[Any] = json.loads(Path(out.name).read_text() or "[]")
    return [
        _simple(line["path"], line["line_num"], line["value"] or "", each["rule"])
        for each in found
        for line in each["line_data_list"]
    ]


def gitleaks(program: str, folder: Path) -> list[Report]:
    """Of gitleaks and of betterleaks, which has kept its options."""
    with tempfile.NamedTemporaryFile(suffix=".json") as out:
        _run([program, "dir", ".", "-f", "json", "-r", out.name, "--exit-code", "0", "--no-banner"], folder)
        found: list[Any] = json.loads(Path(out.name).read_text() or "[]")
    return [_simple(e["File"], e["StartLine"], e["Secret"], e["RuleID"], e["EndLine"]) for e in found or []]


def trufflehog(program: str, folder: Path) -> list[Report]:
    command = [program, "filesystem", ".", "--json", "--no-verification", "--no-update"]
    reports = []
    for line in _run(command, folder).splitlines():
        each = json.loads(line)
        if "SourceMetadata" in each:
            place = each["SourceMetadata"]["Data"]["Filesystem"]
            reports.append(
                _simple(place["file"], place.get("line", 1), each.get("Raw", ""), each["DetectorName"])
            )
    return reports


def _simple(path: str, line: int, value: str, rule: str, end_line: int | None = None) -> Report:
    last = max(end_line or line, line + value.strip().count("\n"))
    return Report(path.removeprefix("./"), line, last, 0, 0, value, rule, None, "", "")


SCANNERS: dict[str, Callable[[str, Path], list[Report]]] = {
    "leakscan": leakscan,
    "kingfisher": kingfisher,
    "detect-secrets": detect_secrets,
    "credsweeper": credsweeper,
    "gitleaks": gitleaks,
    "betterleaks": gitleaks,
    "trufflehog": trufflehog,
}


def program_of(name: str) -> str | None:
    """The scanner's program: beside this Python, or on the PATH."""
    beside = Path(sys.executable).with_name(name)
    return str(beside) if beside.exists() else shutil.which(name)
