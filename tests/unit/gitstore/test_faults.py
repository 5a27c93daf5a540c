"""Each thing is told once, and not without end."""

from leakscan.gitstore.faults import Faults


def test_the_first_reason_stays() -> None:
    faults = Faults()
    for reason in ("first", "second"):
        faults.add("unreadable", "a", reason)
    faults.add("corrupt-objects", "a", "third")
    assert [(found.where, found.reason) for found in faults.failures] == [("a", "first"), ("a", "third")]


def test_of_a_kind_a_thousand_are_listed_and_the_others_counted() -> None:
    faults = Faults()
    for number in range(1_002):
        faults.add("unreadable", str(number), "no")
    for number in range(1_000):
        faults.add("corrupt-objects", str(number), "no")
    listed, more = faults.failures[:-1], faults.failures[-1]
    assert len(listed) == 2_000
    assert (more.kind, more.reason) == ("unreadable", "2 more of this kind")


def test_what_came_after_a_copy_can_be_forgotten() -> None:
    faults = Faults()
    faults.add("unreadable", "a", "no")
    earlier = faults.copy()
    faults.add("unreadable", "b", "no")
    assert len(faults.failures) == 2
    faults.restore(earlier)
    assert [found.where for found in faults.failures] == ["a"]
    faults.add("unreadable", "b", "after all")
    assert [found.reason for found in faults.failures] == ["no", "after all"]
