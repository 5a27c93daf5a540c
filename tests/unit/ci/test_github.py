import json

from leakscan.ci.github import github_run


def test_halves_of_characters_name_no_branch() -> None:
    before, after, half = "1" * 40, "2" * 40, "\ud800"
    event = {"ref": half, "before": before, "after": after, "repository": {"default_branch": half}}
    run = github_run("push", json.dumps(event).encode())
    assert (run.head, run.base, run.fallback, run.policy) == (after, before, "", before)
