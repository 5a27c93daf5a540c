"""Rules as data: one TOML file an exchange."""

from leakscan.rules.load import builtin_directory, load_rules
from leakscan.rules.schema import RUN_LENGTH, Exchange, KeyType, PemShape, Rule, RuleSet, RunShape

__all__ = [
    "RUN_LENGTH",
    "Exchange",
    "KeyType",
    "PemShape",
    "Rule",
    "RuleSet",
    "RunShape",
    "builtin_directory",
    "load_rules",
]
