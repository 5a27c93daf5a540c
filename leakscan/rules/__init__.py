"""Rules as data: one TOML file an exchange."""

from leakscan.rules.load import build_rules, builtin_directory, load_rules
from leakscan.rules.pattern import Pattern, PatternError, parse_pattern
from leakscan.rules.schema import (
    RUN_LENGTH,
    Exchange,
    KeyType,
    Needs,
    PemShape,
    PhraseShape,
    Proof,
    Rule,
    RuleSet,
    TextShape,
)

__all__ = [
    "RUN_LENGTH",
    "Exchange",
    "KeyType",
    "Needs",
    "Pattern",
    "PatternError",
    "PemShape",
    "PhraseShape",
    "Proof",
    "Rule",
    "RuleSet",
    "TextShape",
    "build_rules",
    "builtin_directory",
    "load_rules",
    "parse_pattern",
]
