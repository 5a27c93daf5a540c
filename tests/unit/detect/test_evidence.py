"""Where the name of a value counts for it and where against it; which exchange two forms belong to."""

from dataclasses import replace

import pytest
from detecting import DETECTOR, RULES

from leakscan.detect.candidate import Candidate, Venue
from leakscan.detect.context import Tier
from leakscan.detect.evidence import label_evidence, may_be_of_wallet, shape_evidence
from leakscan.detect.forms import exchange_of_forms
from leakscan.detect.naming import Label, split_words
from leakscan.model import Part
from leakscan.rules.fake import fill

SECRET_RULE, KEY_RULE = RULES.by_id["binance-hmac-secret"], RULES.by_id["binance-api-key"]
CERTAIN_RULE = RULES.by_id["bitget-api-key"]


def candidate(text: str = "# binance\napi_secret = '{alnum:64}'") -> Candidate:
    return DETECTOR.inspect(fill(text, 7).encode()).candidates[0]


def label(kind: str, name: str = "", part: Part | None = None, strength: int = 0) -> Label:
    return Label(kind, split_words(name), part, strength)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("of", "crowd", "points", "reason"),
    [
        (label("hmac", "hmac", "secret", 2), 0, 2.0, "is the key of an HMAC call"),
        (label("named", "api_secret", "secret", 2), 0, 2.0, "assigned to api_secret"),
        (label("named", "api_secret", "secret", 2), 2, 2.0, "assigned to api_secret"),
        (label("named", "api_key", "key", 2), 0, -0.5, "assigned to api_key, and looks like a secret"),
        (label("named", "secret", "secret", 1), 0, 1.0, "assigned to secret"),
        (
            label("named", "broker_secret", "secret", 2),
            0,
            0.0,
            "assigned to broker_secret, which many programs share",
        ),
        (label("argument", strength=2), 0, 1.0, "the argument of a client"),
        (label("foreign", "jwt"), 0, -3.0, "assigned to jwt, which speaks of something else"),
        (label("other", "login"), 0, -2.0, "assigned to a name that says nothing of a key"),
        (label("other", "login"), 1, -3.5, "assigned to a name that says nothing of a key"),
        (label("none"), 0, -1.0, "nothing says whether it is the key or the secret"),
        (label("none"), 1, -2.5, "one of many values without a name"),
        (label("none"), 2, -4.0, "one of many values without a name"),
    ],
)
def test_what_a_name_is_worth(of: Label, crowd: int, points: float, reason: str) -> None:
    given = replace(candidate(), label=of, crowd=crowd, part=None)
    venue = Venue("binance", Tier.FILE)
    assert label_evidence(given, SECRET_RULE, venue, partnered=False) == [(points, reason)]


def test_a_doubtful_name_counts_only_beside_the_other_half() -> None:
    doubtful = replace(label("named", "secret_key", "secret", 2), doubtful=True)
    given = replace(candidate(), label=doubtful)
    venue = Venue("binance", Tier.FILE)
    alone = [(-3.0, "assigned to secret_key, which may as well be something else's")]
    assert label_evidence(given, SECRET_RULE, venue, partnered=False) == alone
    assert label_evidence(given, SECRET_RULE, venue, partnered=True) == [(2.0, "assigned to secret_key")]


def test_a_name_that_says_nothing_is_no_matter_where_it_bears_the_exchange_in_it() -> None:
    given = replace(candidate(), label=label("other", "binance_login"))
    assert label_evidence(given, SECRET_RULE, Venue("binance", Tier.LABEL), partnered=False) == []
    assert label_evidence(given, SECRET_RULE, Venue("binance", Tier.PARENT), partnered=False) != []
    assert label_evidence(given, SECRET_RULE, None, partnered=False) != []


def test_a_form_that_nothing_else_has_needs_no_name_and_gains_by_one() -> None:
    given = candidate("x = 'bg_{hex:32}'")
    for kind in ("foreign", "other", "none", "argument"):
        named = replace(given, label=label(kind, "jwt"))
        assert label_evidence(named, CERTAIN_RULE, None, partnered=False) == []
    named = replace(given, label=label("named", "api_key", "key", 2))
    assert label_evidence(named, CERTAIN_RULE, None, partnered=False) == [(1.5, "assigned to api_key")]
    assert shape_evidence(given, CERTAIN_RULE)[0][0] == 3.0
    assert shape_evidence(candidate(), SECRET_RULE)[0][0] == 0.0


@pytest.mark.parametrize(
    ("text", "may_be"),
    [
        ("BINANCE_PRIVATE_KEY={hex:64}", True),
        ("HYPERLIQUID_PRIVATE_KEY=0x{hex:64}", True),
        ("BINANCE_PRIVATE_KEY={alnum:64}", False),
        ("BINANCE_API_SECRET={hex:64}", False),
    ],
)
def test_64_digits_with_a_wallets_name_may_be_its_key(text: str, may_be: bool) -> None:
    found = DETECTOR.inspect(fill(text + "\n# hyperliquid", 7).encode()).candidates
    assert [may_be_of_wallet(each) for each in found] == [may_be]


@pytest.mark.parametrize(
    ("tier", "doubted"),
    [(None, True), (Tier.PATH, True), (Tier.FILE, True), (Tier.NEAR, False), (Tier.LABEL, False)],
)
def test_far_from_its_exchange_a_private_key_is_as_likely_a_wallets(tier: Tier | None, doubted: bool) -> None:
    (given,) = DETECTOR.inspect(fill("private_key={hex:64}\n# weex", 7).encode()).candidates
    rule = RULES.by_id["weex-api-secret"]
    venue = None if tier is None else Venue("weex", tier)
    ((points, reason),) = label_evidence(given, rule, venue, partnered=False)
    assert (points < 0) == doubted
    assert reason.endswith("a wallet's") == doubted
    assert label_evidence(given, rule, venue, partnered=True)[0][0] > 0


def forms(text: str, **changes: object) -> str | None:
    first, second = DETECTOR.inspect(fill(text, 7).encode()).candidates[:2]
    parents = {e.id: e.variant_of for e in RULES.exchanges if e.variant_of}
    first = replace(first, **changes)  # type: ignore[arg-type]
    assert exchange_of_forms(first, second, parents) == exchange_of_forms(second, first, parents)
    return exchange_of_forms(first, second, parents)


@pytest.mark.parametrize(
    ("text", "exchange"),
    [
        ('api_key = "{alnum:18}"\nsecret = "{alnum:36}"', "bybit"),
        ('key = "{alnum:18}"\napi_secret = "{alnum:36}"', "bybit"),
        ('key = "{alnum:18}"\nsecret = "{alnum:36}"', None),
        ('API_KEY="{hex:64}"\nAPI_SECRET="{hex:64}"', "binance-futures-testnet"),
        ('API_KEY="{hex:64}"\nSECRET="{hex:64}"', None),
        ('API_KEY="{hex:32}"\nAPI_SECRET="{hex:32}"', None),
        ('api_key = "{alnum:18}"\napi_key = "{alnum:36}"', None),
        # the secret of a web framework beside a key by full name, by a hint; a name that orders have, too
        ('flask\napi_key = "{uuid}"\nsecret_key = "{HEX:32}"\npassphrase = "Tr4ding-b0t"', "okx"),
        ('flask\nkey = "{uuid}"\nsecret_key = "{HEX:32}"\npassphrase = "Tr4ding-b0t"', None),
        ('client_id = "{alnum:18}"\napi_secret = "{alnum:36}"', None),
    ],
)
def test_two_forms_are_of_the_only_exchange_that_has_both(text: str, exchange: str | None) -> None:
    assert forms(text) == exchange


def test_in_a_crowd_or_under_a_doubtful_name_forms_tell_nothing() -> None:
    text = 'api_key = "{alnum:18}"\nsecret = "{alnum:36}"'
    assert forms(text, crowd=1) is None
    assert forms(text, label=replace(label("named", "api_key", "key", 2), doubtful=True)) is None
    assert forms(text, label=label("hmac", "api_key", "key", 2)) is None
