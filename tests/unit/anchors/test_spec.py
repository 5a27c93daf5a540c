import pytest

from leakscan.anchors import AnchorSpec


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        ((0, 9), "1 <= shortest <= longest"),
        ((9, 8), "1 <= shortest <= longest"),
        ((1, 201), "1 <= shortest <= longest"),
        ((1, 2, (b"",)), "literals of 1 to 255"),
        ((1, 2, (b"x" * 256,)), "literals of 1 to 255"),
        ((1, 2, (b"x",) * 33), "at most 32 literals"),
        ((1, 2, (), (b"ke",)), "words of 3 to 40"),
        ((1, 2, (), (b"KEY",)), "lower case"),
        ((1, 2, (), (), (b"x" * 41,)), "heads of 1 to 40"),
    ],
)
def test_what_the_matcher_could_not_keep_is_refused(spec: tuple, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        AnchorSpec(*spec)
