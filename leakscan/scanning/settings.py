"""What is asked for and the configuration together."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from leakscan.errors import ConfigError, GitError
from leakscan.model import Confidence
from leakscan.policy.config import BASELINE_NAME, CONFIG_NAME, Known
from leakscan.policy.files import ReadFile, files_below, load_policy
from leakscan.rules import RuleSet, load_rules
from leakscan.scanning.options import ScanOptions

# What `settle` is given where nothing special is asked for.
NOTHING_GIVEN: Mapping[str, Any] = {
    "rule_places": (),
    "config": None,
    "baseline": None,
    "min_confidence": None,
    "fail_on": None,
    "exchanges": (),
    "show_secrets": False,
    "accept_incomplete": frozenset(),
    "timeout": 0.0,
}


@dataclass(frozen=True, slots=True)
class Settings:
    """What is asked for and the configuration together: what is asked for wins."""

    rules: RuleSet
    options: ScanOptions
    fail_on: str


def settle(
    given: Mapping[str, Any], read: ReadFile, *, rules: RuleSet | None = None, **more: Any
) -> Settings:
    """`read` gives the files of the policy; `rules` those that `given` names, if they are there already; `more` are
    fields of ScanOptions. ConfigError for unknown names."""
    rules = rules or load_rules(given["rule_places"])
    exchanges = [exchange.id for exchange in rules.exchanges]
    policy = load_policy(
        read, Known(rules.by_id, exchanges), config=given["config"], baseline=given["baseline"]
    )
    config = policy.config
    options = ScanOptions(
        min_confidence=_level(given["min_confidence"]) or config.min_confidence or Confidence.MEDIUM,
        exchanges=_known_exchanges(given["exchanges"], exchanges) or frozenset(config.exchanges),
        show_secrets=given["show_secrets"],
        accepted=given["accept_incomplete"],
        timeout_s=given["timeout"],
        policy=policy,
        **more,
    )
    return Settings(rules, options, given["fail_on"] or config.fail_on or "low")


def files_at_root(targets: Iterable[str]) -> ReadFile:
    """The policy of the one place that the targets lie in; none for standard input and files outside repositories."""
    roots = {root for target in targets if target != "-" if (root := root_of(Path(target))) is not None}
    if len(roots) > 1 and any(
        (root / name).exists() for root in roots for name in (CONFIG_NAME, BASELINE_NAME)
    ):
        raise ConfigError(
            "the targets have policies of their own: scan them one by one, or name --config and --baseline"
        )
    return files_below(roots.pop()) if len(roots) == 1 else lambda name: None


def root_of(target: Path) -> Path | None:
    """The work tree that a file or folder lies in, or the folder itself; None for a file outside of one."""
    from leakscan.gitstore.layout import find_enclosing

    folder = target if target.is_dir() else target.parent
    try:
        enclosing = find_enclosing(folder)
    except GitError:  # a .git that leads nowhere is a failure of the scan, not of the policy
        enclosing = None
    if enclosing is not None:
        return enclosing.work_tree
    return Path(os.path.realpath(target)) if target.is_dir() else None


def _level(name: str | None) -> Confidence | None:
    if name is None:
        return None
    if name.upper() not in Confidence.__members__:
        raise ConfigError(f"unknown confidence {name!r}; known: {', '.join(map(str, Confidence))}")
    return Confidence[name.upper()]


def _known_exchanges(names: Iterable[str], known: list[str]) -> frozenset[str]:
    for name in names:
        if name not in known:
            import difflib

            close = difflib.get_close_matches(name, known, 1)
            hint = f"did you mean {close[0]}?" if close else f"known: {', '.join(known)}"
            raise ConfigError(f"unknown exchange {name!r}; {hint}")
    return frozenset(names)
