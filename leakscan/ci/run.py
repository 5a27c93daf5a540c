"""What a CI run is about."""

from __future__ import annotations

from dataclasses import dataclass

from leakscan.errors import ConfigError

NO_POLICY = "refs/leakscan/none"  # a ref that never is: nothing is allowed


@dataclass(frozen=True, slots=True)
class CiRun:
    """`head` and what of it was known before: `base`, or if that is empty or gone, what `fallback` (a ref) leads to.

    `whole`: no range, everything; `nothing`: a deletion. `policy`: the commit or ref whose policy holds, "" for that of
    the checkout; `base_needed`: without the base there is no verdict (it is not just a push that forgot it)."""

    event: str
    head: str = ""
    base: str = ""
    fallback: str = ""
    policy: str = ""
    whole: bool = False
    nothing: bool = False
    base_needed: bool = False


def whole_run(event: str) -> CiRun:
    return CiRun(event, whole=True)


def change_request(event: str, base: str, head: str) -> CiRun:
    """A request to merge: it may not bring the policy that it is judged by."""
    return CiRun(event, head, base, policy=base, base_needed=True)


def push(event: str, ref: str, before: str, after: str, default_branch: str) -> CiRun:
    """`ref` in full. The default branch sets the policy; any other branch is judged by what was there before."""
    if is_zero(after):
        return CiRun(event, nothing=True)
    if ref == f"refs/heads/{default_branch}":
        return CiRun(event, after, "" if is_zero(before) else before)
    trunk = f"refs/remotes/origin/{default_branch}" if default_branch else ""
    if is_zero(before):
        return CiRun(event, after, fallback=trunk, policy=trunk or NO_POLICY)
    return CiRun(event, after, before, fallback=trunk, policy=before)


def is_zero(oid: str) -> bool:
    return not oid.strip("0")


def is_oid(oid: str) -> bool:
    return len(oid) in (40, 64) and not oid.strip("0123456789abcdef")


def check_oid(oid: object, where: str) -> str:
    """The id of a commit; ConfigError, naming where it should stand, for anything else."""
    if not isinstance(oid, str) or not is_oid(oid):
        raise ConfigError(f"{where} names no commit: is this the event that the job was started by?")
    return oid
