"""What a program may use: `leakscan.scan` and what it gives. Inside, anything may change; this may only grow."""

from __future__ import annotations

import functools
import os
import time
from collections.abc import Collection, Sequence
from pathlib import Path

from leakscan.detect import Detector
from leakscan.errors import ConfigError, LeakscanError
from leakscan.gitstore import DEFAULT_MEMORY
from leakscan.model import Confidence, Failure, Finding, Location, ScanResult, Severity
from leakscan.reporters import RenderOptions
from leakscan.reporters import render as render_report
from leakscan.rules import RuleSet, load_rules
from leakscan.scanning import Scan
from leakscan.scanning.settings import NOTHING_GIVEN, files_at_root, settle

__all__ = [
    "Confidence",
    "Failure",
    "Finding",
    "LeakscanError",
    "Location",
    "ScanResult",
    "Severity",
    "render",
    "scan",
]


def scan(
    path: str | os.PathLike[str] = ".",
    *,
    tree: bool | None = None,
    history: bool | None = None,
    ignored: bool = False,
    min_confidence: Confidence | None = None,
    exchanges: Collection[str] = (),
    rules: Sequence[Path] = (),
    config: Path | None = None,
    baseline: Path | None = None,
    show_secrets: bool = False,
    timeout_s: float = 0.0,
    jobs: int = 1,
    max_memory: int = DEFAULT_MEMORY,
    cache: Path | None = None,
) -> ScanResult:
    """Everything that `leakscan scan PATH` finds in a file, a folder, or a repository and its whole history.

    Each argument is the option of that name, with the same default, but for two: `jobs` processes (one, since more
    fork the caller) and `cache`, the folder in which histories are remembered (none). `tree` and `history`: None means
    both where there are both. `min_confidence` and `exchanges`: as the configuration has it, if not given. `rules`:
    files or folders beside the built-in ones. `timeout_s`: seconds, 0 for no limit; `max_memory`: bytes.

    LeakscanError for an answer that cannot be given (no such path, a wrong configuration or rule file). What could not
    be read is in `failures` of the result, which is then not `complete`."""
    if jobs < 1:
        raise ConfigError(f"jobs: {jobs}: one at least")
    target = os.fspath(path)
    if target == "-":
        target = os.path.join(os.curdir, target)  # a file of that name: standard input is not read here
    known, detector = _builtin() if not rules else (None, None)
    given = {
        **NOTHING_GIVEN,
        "rule_places": tuple(map(Path, rules)),
        "config": config,
        "baseline": baseline,
        "min_confidence": None if min_confidence is None else str(min_confidence),
        "exchanges": tuple(exchanges),
        "show_secrets": show_secrets,
        "timeout": timeout_s,
    }
    settings = settle(
        given,
        files_at_root([target]),
        rules=known,
        tree=tree,
        history=history,
        ignored=ignored,
        jobs=jobs,
        max_memory=max_memory,
        cache=cache,
    )
    return Scan(settings.rules, settings.options, detector=detector).run([target])


def render(result: ScanResult, form: str) -> str:
    """The report that `leakscan scan --format FORM` prints. LeakscanError for an unknown format."""
    return render_report(form, result, RenderOptions(finished=time.time()))


@functools.cache
def _builtin() -> tuple[RuleSet, Detector]:
    """Made once a process: they take longer than a small scan."""
    rules = load_rules()
    return rules, Detector(rules)
