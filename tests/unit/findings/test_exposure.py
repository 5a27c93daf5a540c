from leakscan.findings.exposure import Trace
from leakscan.model import Commit

DAY = 86400


def commit(number: int) -> Commit:
    return Commit(f"{number:040x}", "Alice", "2024-03-02T10:00:00+01:00", number * DAY, number * DAY)


def test_introduced_by_the_first_and_removed_by_the_last() -> None:
    trace = Trace()
    trace.oids = {"blob1", "blob2"}
    trace.arrive(commit(5), b"b")
    trace.arrive(commit(2), b"a")
    trace.leave(commit(5), b"a", "blob2")
    trace.leave(commit(9), b"a", "clean")
    trace.leave(commit(7), b"b", None)
    exposure = trace.exposure({commit(2).oid: ["refs/heads/main"]}, now=12 * DAY)
    assert exposure.introduced is not None
    assert (exposure.introduced.commit, exposure.introduced.path) == (commit(2), b"a")
    assert exposure.removed is not None
    assert exposure.removed.commit == commit(9)
    assert (exposure.refs, exposure.published, exposure.days) == (("refs/heads/main",), False, 10)


def test_a_value_in_head_was_not_removed() -> None:
    trace = Trace()
    trace.arrive(commit(2), b"a")
    trace.leave(commit(3), b"a", None)
    trace.in_head = True
    assert trace.exposure({}, now=0).removed is None


def test_a_version_with_the_same_value_removes_nothing() -> None:
    trace = Trace()
    trace.oids = {"blob2"}
    trace.arrive(commit(1), b"a")
    trace.leave(commit(2), b"a", "blob2")
    assert trace.exposure({}, now=0).removed is None


def test_published_is_what_a_remote_tracking_ref_reaches() -> None:
    trace = Trace()
    trace.arrive(commit(1), b"a")
    assert trace.exposure({commit(1).oid: ["refs/remotes/origin/main"]}, now=0).published


def test_nothing_is_known_of_a_value_outside_history() -> None:
    exposure = Trace().exposure({}, now=0)
    assert (exposure.introduced, exposure.removed, exposure.refs, exposure.days) == (None, None, (), None)
