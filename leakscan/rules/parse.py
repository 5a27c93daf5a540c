"""One rule file -> one `Exchange`. Every complaint names file, rule and field, and says what to write instead."""

from __future__ import annotations

import re
from typing import Any, get_args

from leakscan.anchors import LONGEST_TOKEN, PHRASE_WORDS, SHORTEST_TOKEN
from leakscan.errors import RuleError
from leakscan.model import Help, Part, Severity
from leakscan.rules.names import FULL, HINTS
from leakscan.rules.pattern import PatternError, parse_pattern
from leakscan.rules.schema import (
    RUN_LENGTH,
    Exchange,
    KeyType,
    Needs,
    PemShape,
    PhraseShape,
    Proof,
    Rule,
    Shape,
    TextShape,
)

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_CASELESS = r"\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7a3"  # kana, Chinese characters, Hangul
_EXCHANGE_FIELDS = {
    "id",
    "name",
    "generic",
    "asymmetric",
    "keywords",
    "headers",
    "variant",
    "revoke_url",
    "docs_url",
    "steps",
}
_VARIANT_FIELDS = {"of", "words", "also"}
_RULE_FIELDS = {
    *("id", "part", "title", "shape", "names", "weak_names", "severity", "paired", "needs"),
    *("why", "examples", "counterexamples"),
}


class _Table:
    """A TOML table that complains with its place: `file: rule: field: what is wrong`."""

    def __init__(self, where: str, values: Any, known: set[str]) -> None:
        self.where = where
        if not isinstance(values, dict):
            raise RuleError(f"{where}: must be a table")
        self.values = values
        if unknown := sorted(values.keys() - known):
            raise RuleError(f"{where}: {unknown[0]}: unknown field; known: {', '.join(sorted(known))}")

    def fail(self, field: str, problem: str) -> RuleError:
        return RuleError(f"{self.where}: {field}: {problem}")

    def text(self, field: str, default: str | None = None) -> str:
        value = self.values.get(field, default)
        if not isinstance(value, str) or (default is None and not value.strip()):
            raise self.fail(field, "must be a non-empty string" if default is None else "must be a string")
        return value

    def flag(self, field: str) -> bool:
        value = self.values.get(field, False)
        if not isinstance(value, bool):
            raise self.fail(field, "must be true or false")
        return value

    def texts(self, field: str, *, least: int = 0) -> tuple[str, ...]:
        value = self.values.get(field, [])
        if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
            raise self.fail(field, "must be a list of non-empty strings")
        if len(value) < least:
            raise self.fail(field, f"needs at least {least}")
        return tuple(value)

    def words(self, field: str, *, least: int = 0, shortest: int = 3, also: str = "") -> tuple[str, ...]:
        """`also`: letters without case that a word may have beside those of ASCII."""
        words = self.texts(field, least=least)
        is_word = re.compile(rf"[\x00-\x7f{also}]*").fullmatch
        for word in words:
            if word != word.lower() or len(word.encode()) < shortest or not is_word(word):
                raise self.fail(field, f"must be lower case ASCII of {shortest} letters or more: {word!r}")
        return words

    def lengths(self, field: str, least: int, most: int) -> tuple[int, int]:
        value = self.values.get(field)
        if (
            not isinstance(value, list)
            or len(value) != 2
            or not all(isinstance(number, int) for number in value)
            or not least <= value[0] <= value[1] <= most
        ):
            raise self.fail(field, f"must be two lengths between {least} and {most}: [{least}, {most}]")
        return value[0], value[1]

    def choice(self, field: str, choices: tuple[str, ...]) -> str:
        value = self.text(field)
        if value not in choices:
            raise self.fail(field, f"must be one of {', '.join(choices)}")
        return value

    def identifier(self, field: str) -> str:
        value = self.text(field)
        if not _ID.fullmatch(value):
            raise self.fail(field, "must be lower-case words joined by dashes")
        return value


def read_toml(file: str, text: str) -> dict[str, Any]:
    import tomllib  # most runs read the rules that were parsed when the package was built

    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # TOMLDecodeError, and numbers of too many digits
        raise RuleError(f"{file}: not valid TOML: {error}") from None


def parse_exchange(file: str, text: str) -> Exchange:
    """The exchange and the rules of one file; RuleError if any field is missing, unknown or out of bounds."""
    top = _Table(file, read_toml(file, text), {"exchange", "credential"})
    table = _Table(f"{file}: exchange", top.values.get("exchange", {}), _EXCHANGE_FIELDS)
    exchange_id = table.identifier("id")
    variant = _Table(f"{table.where}: variant", table.values.get("variant", {}), _VARIANT_FIELDS)
    credentials = top.values.get("credential", [])
    if not isinstance(credentials, list) or not credentials:
        raise top.fail("credential", "needs at least one [[credential]]")
    generic = table.flag("generic")
    return Exchange(
        id=exchange_id,
        name=table.text("name"),
        generic=generic,
        asymmetric=table.flag("asymmetric"),
        keywords=table.words("keywords", least=0 if generic else 1, also=_CASELESS),
        headers=table.words("headers"),
        variant_of=variant.text("of", "") if variant.values else "",
        variant_words=variant.words("words", least=1) if variant.values else (),
        variant_also=variant.words("also") if variant.values else (),
        help=Help(table.text("revoke_url", ""), table.text("docs_url", ""), table.texts("steps", least=1)),
        rules=tuple(_parse_rule(file, exchange_id, values) for values in credentials),
    )


def _parse_rule(file: str, exchange_id: str, values: Any) -> Rule:
    name = values.get("id", "[[credential]]") if isinstance(values, dict) else "[[credential]]"
    table = _Table(f"{file}: {name}", values, _RULE_FIELDS)
    levels = tuple(str(level) for level in Severity)
    severity = Severity[table.choice("severity", levels).upper()]
    paired = Severity[table.choice("paired", levels).upper()] if "paired" in table.values else severity
    part: Part = table.choice("part", get_args(Part))  # type: ignore[assignment]
    shape = _parse_shape(table)
    needs: Needs = table.choice("needs", get_args(Needs)) if "needs" in table.values else "name and exchange"  # type: ignore[assignment]
    _check_anchor(table, shape, needs, part)
    return Rule(
        id=table.identifier("id"),
        exchange=exchange_id,
        part=part,
        title=table.text("title"),
        shape=shape,
        names=(*table.words("names", shortest=2), *FULL[part]),
        weak_names=(*table.words("weak_names"), *HINTS[part]),
        severity=severity,
        paired=paired,
        needs=needs,
        why=table.text("why"),
        examples=table.texts("examples", least=2),
        counterexamples=table.texts("counterexamples", least=2),
    )


def _parse_shape(rule: _Table) -> Shape:
    values = rule.values.get("shape")
    if isinstance(values, dict) and "pem" in values:
        table = _Table(f"{rule.where}: shape", values, {"pem"})
        types = table.texts("pem", least=1)
        if unknown := sorted(set(types) - set(get_args(KeyType))):
            raise table.fail("pem", f"unknown key type {unknown[0]!r}; known: {', '.join(get_args(KeyType))}")
        return PemShape(frozenset(types))  # type: ignore[arg-type]
    if isinstance(values, dict) and "words" in values:
        if _Table(f"{rule.where}: shape", values, {"words"}).values["words"] != PHRASE_WORDS:
            raise rule.fail(
                "shape", f"words must be {PHRASE_WORDS}: phrases of no other length are searched for"
            )
        return PhraseShape(PHRASE_WORDS)
    if isinstance(values, dict) and "token" in values:
        table = _Table(f"{rule.where}: shape", values, {"token"})
        least, most = table.lengths("token", SHORTEST_TOKEN, LONGEST_TOKEN - 8)
        return TextShape(parse_pattern(f"[A-Za-z0-9+/_-]{{{least},{most}}}={{0,2}}"), loose=True)
    table = _Table(f"{rule.where}: shape", values, {"pattern", "decodes_to", "proof"})
    try:
        pattern = parse_pattern(table.text("pattern"))
    except PatternError as error:
        raise table.fail("pattern", str(error)) from None
    decodes_to = table.values.get("decodes_to", 0)
    if not isinstance(decodes_to, int) or not 0 <= decodes_to <= 150:
        raise table.fail("decodes_to", "must be a number of bytes, at most 150")
    proof: Proof = table.choice("proof", get_args(Proof)[1:]) if "proof" in values else ""  # type: ignore[assignment,operator]
    return TextShape(pattern, decodes_to, proof)


def _check_anchor(rule: _Table, shape: Shape, needs: Needs, part: Part) -> None:
    """Every finding must contain a mark that is found without reading the whole version (leakscan/anchors)."""
    if needs == "group" or isinstance(shape, PemShape | PhraseShape):
        return
    if part in ("passphrase", "user-id"):
        raise rule.fail("needs", f'must be "group": a {part} alone is never reported')
    pattern = shape.pattern
    if needs == "name or exchange" and not (pattern.is_run and pattern.least == RUN_LENGTH):
        raise rule.fail(
            "shape",
            f'has no anchor: only {RUN_LENGTH} letters and digits are searched for by themselves; "needs" more',
        )
    if not pattern.is_token or pattern.least < SHORTEST_TOKEN or pattern.most > LONGEST_TOKEN:
        raise rule.fail(
            "shape",
            f"has no anchor: must be {SHORTEST_TOKEN} to {LONGEST_TOKEN} letters, digits, +, /, _ and -, with = at the"
            ' end only; a part that cannot be so "needs" a "group"',
        )


def parse_published(file: str, text: str) -> frozenset[str]:
    """SHA-256 digests, in lower-case hexadecimal, of the values that [[published]] tables list."""
    top = _Table(file, read_toml(file, text), {"published"})
    digests: set[str] = set()
    for values in top.values.get("published", []):
        table = _Table(f"{file}: published", values, {"exchange", "source", "sha256"})
        table.text("exchange")
        table.text("source")
        for digest in table.texts("sha256", least=1):
            if not _SHA256.fullmatch(digest):
                raise table.fail("sha256", f"must be 64 lower-case hexadecimal digits: {digest!r}")
            digests.add(digest)
    return frozenset(digests)
