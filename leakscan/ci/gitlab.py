"""GitLab CI: predefined variables (docs.gitlab.com, "Predefined CI/CD variables reference")."""

from __future__ import annotations

from collections.abc import Mapping

from leakscan.ci.run import CiRun, change_request, check_oid, push, whole_run
from leakscan.errors import ConfigError

_WHOLE = ("schedule", "web", "api", "trigger", "pipeline", "parent_pipeline", "chat", "webide")


def gitlab_run(environ: Mapping[str, str]) -> CiRun:
    """The run that the variables tell of. ConfigError for a source of pipelines that says nothing of a range."""
    source = environ.get("CI_PIPELINE_SOURCE", "")
    head = check_oid(environ.get("CI_COMMIT_SHA"), "CI_COMMIT_SHA")
    if source in ("merge_request_event", "external_pull_request_event"):
        # of a merged results pipeline CI_COMMIT_SHA is the merge, and the branch has a variable of its own
        head = environ.get("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA") or head
        name = "CI_MERGE_REQUEST_DIFF_BASE_SHA"
        base = environ.get(name) or environ.get("CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_SHA")
        return change_request(
            source, check_oid(base, name), check_oid(head, "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA")
        )
    if source == "push":
        branch = environ.get("CI_COMMIT_BRANCH")
        ref = f"refs/heads/{branch}" if branch else f"refs/tags/{environ.get('CI_COMMIT_TAG', '')}"
        before = check_oid(environ.get("CI_COMMIT_BEFORE_SHA") or "0" * len(head), "CI_COMMIT_BEFORE_SHA")
        return push(source, ref, before, head, environ.get("CI_DEFAULT_BRANCH", ""))
    if source in _WHOLE:
        return whole_run(source)
    raise ConfigError(
        f"the pipeline source {source[:60]!r} says nothing of a range: name one: leakscan ci --base A --head B"
    )
