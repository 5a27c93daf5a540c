"""The commands that are measured, and how many findings each tells of."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

LEAKSCAN = str(Path(sys.executable).with_name("leakscan"))
GIT, KINGFISHER = "git cat-file", "kingfisher --turbo"
# What leakscan looks for, as near as a pattern comes to it: the same two forms with the same words near them.
VALUE = r"(?i)(?:binance|api_?key|api_?secret|secret)(?:.|[\n\r]){0,40}?\b([a-z0-9]{64})\b"
KEY = r"(-----BEGIN (?:[A-Z]{2,10} )?PRIVATE KEY-----[A-Za-z0-9+/=\s\\]{60,%s}-----END)"
KINGFISHER_RULES = f"""rules:
  - name: Binance key or secret
    id: bench.binance.1
    pattern: '{VALUE}'
    min_entropy: 4.5
    confidence: medium
    examples: []
  - name: Private key
    id: bench.pem.1
    pattern: '{KEY % 12000}'
    min_entropy: 3.0
    confidence: medium
    examples: []
"""
GITLEAKS_RULES = f"""title = "equal rules"
[[rules]]
id = "binance"
regex = '''{VALUE}'''
secretGroup = 1
entropy = 4.5
[[rules]]
id = "private-key"
regex = '''{KEY % ""}'''
secretGroup = 1
entropy = 3.0
"""


@dataclass(frozen=True)
class Tool:
    """`command`: the command line for a path. `count`: how many findings stand in what it printed, None for git."""

    name: str
    command: Callable[[str], list[str]]
    count: Callable[[bytes], int | None]
    accept: tuple[int, ...] = (0,)


def history_tools(folder: Path, *, full: bool, no_kernel: bool, peers: bool) -> list[Tool]:
    """git first, which the others are compared with; then leakscan and the peers on the PATH."""
    git = ("cat-file", "--batch-all-objects", "--batch", "--unordered", "--buffer")
    found = [Tool(GIT, lambda path: ["git", "-C", path, *git], lambda printed: None), _leakscan("--no-tree")]
    found += [_leakscan("--no-tree", "--full")] if full else []
    found += [_without_kernel("--no-tree")] if no_kernel else []
    if peers:
        found += _peers(folder, kingfisher=(), gitleaks="git", trufflehog=("git", "file://"))
    return found


def tree_tools(folder: Path, *, no_kernel: bool) -> list[Tool]:
    found = [_leakscan("--no-history")] + ([_without_kernel("--no-history")] if no_kernel else [])
    found += _peers(
        folder, kingfisher=("--git-history", "none"), gitleaks="dir", trufflehog=("filesystem", "")
    )
    if program := shutil.which("detect-secrets"):  # it takes a folder that is not its own for empty
        own = "detect-secrets (own rules)"
        found.append(
            Tool(own, lambda path: [program, "-C", path, "scan", "--all-files"], _count_detect_secrets)
        )
    return found


def leakscan_command(*options: str) -> list[str]:
    """The command line without its target; by default nothing is remembered between runs."""
    cold = ["--no-cache"] if has_cache() and "--cache-dir" not in options else []
    return [LEAKSCAN, "scan", "--quiet", "--format", "json", *cold, *options]


def has_cache() -> bool:
    """Whether this version of leakscan remembers what it scanned."""
    told = subprocess.run([LEAKSCAN, "scan", "--help"], capture_output=True, text=True, check=True)
    return "--cache-dir" in told.stdout


def _leakscan(*options: str) -> Tool:
    scan = leakscan_command(*options)
    name = " ".join(["leakscan", *(option for option in options if option == "--full")])
    return Tool(name, _with_target(scan), _count_json, (0, 1, 3))


def _without_kernel(*options: str) -> Tool:
    scan = [sys.executable, str(Path(__file__).with_name("no_kernel.py")), *leakscan_command(*options)[1:]]
    return Tool("leakscan, no kernel", _with_target(scan), _count_json, (0, 1, 3))


def _peers(
    folder: Path, *, kingfisher: tuple[str, ...], gitleaks: str, trufflehog: tuple[str, str]
) -> list[Tool]:
    found: list[Tool] = []
    if program := shutil.which("kingfisher"):
        (folder / "kingfisher.yml").write_text(KINGFISHER_RULES)
        scan = [program, "scan", "--turbo", "--no-validate", "--no-update-check", "--jobs", "2", *kingfisher]
        scan += [
            "--load-builtins",
            "false",
            "--rules-path",
            str(folder / "kingfisher.yml"),
            "--format",
            "json",
        ]
        # ends with 200 or 205 on findings
        found.append(Tool(KINGFISHER, _with_target(scan), _count_json, (0, 200, 205)))
    for name in ("gitleaks", "betterleaks"):
        if program := shutil.which(name):
            (folder / "gitleaks.toml").write_text(GITLEAKS_RULES)
            scan = [program, gitleaks, "--no-banner", "--exit-code", "0", "--log-level", "error"]
            scan += ["--config", str(folder / "gitleaks.toml")]
            scan += ["--report-format", "json", "--report-path", "/dev/stdout"]
            found.append(Tool(name, _with_target(scan), _count_list))
    if program := shutil.which("trufflehog"):
        kind, scheme = trufflehog
        scan = [program, kind, "--json", "--no-verification", "--no-update"]
        found.append(Tool("trufflehog (own rules)", _with_target(scan, scheme), _count_lines))
    return found


def _with_target(command: list[str], scheme: str = "") -> Callable[[str], list[str]]:
    return lambda path: [*command, scheme + path]


def _first_json(printed: bytes) -> object:
    """Kingfisher prints a summary behind its report."""
    return json.JSONDecoder().raw_decode(printed.decode("utf-8", "replace").lstrip())[0]


def _count_json(printed: bytes) -> int:
    report = _first_json(printed)
    assert isinstance(report, dict)
    return len(report["findings"])


def _count_list(printed: bytes) -> int:
    report = _first_json(printed) if printed.strip() else []
    assert isinstance(report, list)
    return len(report)


def _count_lines(printed: bytes) -> int:
    return sum(1 for line in printed.splitlines() if b'"DetectorName"' in line)


def _count_detect_secrets(printed: bytes) -> int:
    report = _first_json(printed)
    assert isinstance(report, dict)
    return sum(len(found) for found in report["results"].values())
