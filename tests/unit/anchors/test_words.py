"""Words as programs write them are no anchors, however long: a history would have to look at each version whole."""

import pytest

from leakscan import anchors
from leakscan.anchors import AnchorSpec
from leakscan.anchors import reference as anchors_reference
from leakscan.rules.fake import fill

SPEC = AnchorSpec(64, 69, hidden=True)
MATCHERS = [anchors.Matcher, anchors_reference.Matcher]


@pytest.mark.parametrize("matcher", MATCHERS)
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # the imports of a Go file stand as pieces of one literal would
        (
            'import (\n\t"example.com/trading/gateway/exchanges/orderbook"\n\t"example.com/trading/x"\n)',
            False,
        ),
        ('f("some/longer/path/of/quite/a/few/words"\n  "/and/some/more/of/them")', False),
        ('key = "{alnum:40}" + "{alnum:24}"', True),
        ('key = "{alnum:24}"\n      "{alnum:40}"', True),
        ('key = "{hex:32}" "{hex:32}"', True),
        ('key = "{alnum:12}" + "{alnum:12}"', False),  # too short to be told
        # a name of 64 letters
        ("class CreatePreviewParamsSubscriptionDetailsItemDiscountDiscountEndDay:", False),
        ("getUnderlyingDateBusinessCenterComponentOfPaymentFixingProvision()", False),
        ("key = {alnum:64}", True),
        ("key = {lower:64}", True),
    ],
)
def test_long_words_are_no_anchors(matcher: type, text: str, expected: bool) -> None:
    assert all(matcher(SPEC).has_anchor(fill(text, seed).encode()) is expected for seed in range(20))
