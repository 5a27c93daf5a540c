"""CI runs: events as GitHub and GitLab tell them, in clones as their runners make them, by the steps of action.yml."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import COMMAND, Pair, Repo, Run

ROOT = Path(__file__).parents[2]
EVENTS = ROOT / "tests/data/events"
ACTION = yaml.safe_load((ROOT / "action.yml").read_text())
REQUESTS = (
    "pull-request",
    "pull-request-fork",
    "pull-request-fork-gone",
    "pull-request-dependabot",
    "merge-group",
)
ZERO, GONE = "0" * 40, "f" * 40


def secret_line(pair: Pair, comment: str = "") -> str:
    return f"BINANCE_API_SECRET = '{pair.secret}'{comment}\n"


@dataclass
class Job:
    """A runner: `clone` is what it checked out; the files are those that GitHub Actions names in the environment."""

    origin: Repo
    folder: Path
    base: str
    head: str

    @property
    def clone(self) -> Path:
        return self.folder / "clone"

    def check_out(self, *args: str, commit: str = "") -> None:
        """As actions/checkout does it: an empty repository, one fetch, a detached or local branch."""
        self.clone.mkdir(parents=True)
        self.git("init", "-q", "-b", "main")
        self.git("remote", "add", "origin", f"file://{self.origin.path}")
        wanted = commit or self.head
        self.git("fetch", "-q", "--no-tags", *(args or ("--depth=1",)), "origin", wanted)
        self.git("checkout", "-q", "--detach", wanted)

    def git(self, *args: str) -> str:
        done = subprocess.run(["git", *args], cwd=self.clone, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def event(self, name: str) -> dict[str, str]:
        """The environment of a recorded event, with the commits of this job in it."""
        text = (EVENTS / f"{name}.json").read_text()
        for placeholder, oid in {"BASE": self.base, "HEAD": self.head, "ZERO": ZERO, "GONE": GONE}.items():
            text = text.replace(f'"{placeholder}"', f'"{oid}"')
        recorded = json.loads(text)
        (self.folder / "event.json").write_text(json.dumps(recorded["payload"]))
        for file in ("output", "summary"):
            (self.folder / file).write_text("")
        return {
            "GITHUB_ACTIONS": "true",
            "GITHUB_EVENT_NAME": recorded["event"],
            "GITHUB_EVENT_PATH": str(self.folder / "event.json"),
            "GITHUB_OUTPUT": str(self.folder / "output"),
            "GITHUB_STEP_SUMMARY": str(self.folder / "summary"),
            "GITHUB_ACTION_PATH": str(ROOT),
            "RUNNER_TEMP": str(self.folder),
        }

    def run(self, event: str, **inputs: str) -> Run:
        """The action's scan step, as the runner would run it."""
        return self.step("scan", {**self.event(event), "LEAKSCAN": str(COMMAND), **_inputs(inputs)})

    def step(self, name: str, env: dict[str, str]) -> Run:
        step = next(step for step in ACTION["runs"]["steps"] if step.get("id") == name)
        assert "${{" not in step["run"], "everything goes through env"
        plain = {key: text for key, text in step["env"].items() if "${{" not in text}
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=self.clone, env={**_clean(), **plain, **env}, capture_output=True, text=True, check=False, timeout=600,
        )  # fmt: skip
        return Run(done.returncode, done.stdout, done.stderr)

    @property
    def outputs(self) -> dict[str, str]:
        return dict(line.split("=", 1) for line in (self.folder / "output").read_text().splitlines())

    @property
    def summary(self) -> str:
        return (self.folder / "summary").read_text()


def _clean() -> dict[str, str]:
    return {
        name: text for name, text in os.environ.items() if not name.startswith(("GITHUB_", "CI", "GITLAB"))
    }


def _inputs(given: dict[str, str]) -> dict[str, str]:
    values = {name: spec.get("default", "") for name, spec in ACTION["inputs"].items()} | {
        name.replace("_", "-"): text for name, text in given.items()
    }
    return {f"INPUT_{name.upper().replace('-', '_')}": text for name, text in values.items()}


@pytest.fixture
def job(repo: Repo, tmp_path: Path, pair: Pair) -> Job:
    """A main branch of 120 commits, and a side branch of 3 in which a secret came and went."""
    first = repo.commit("first", a_py="a = 0\n")
    stream = "".join(
        f"commit refs/heads/main\ncommitter A <a@example.com> {1_700_000_000 + n} +0000\ndata 2\nn\n"
        + (f"from {first}\n" if n == 1 else "")
        + f"M 100644 inline a.py\ndata {len(f'a = {n}') + 1}\na = {n}\n\n"
        for n in range(1, 120)
    )
    repo.run("fast-import", "--quiet", "--force", stdin=stream.encode())
    repo.run("reset", "-q", "--hard")
    base = repo.run("rev-parse", "HEAD")
    repo.run("checkout", "-q", "-b", "side", "HEAD~60")
    repo.commit("leak", bot_py=secret_line(pair))
    repo.commit("gone again", bot_py="clean = True\n")
    head = repo.commit("more", b_py="b = 1\n")
    return Job(repo, tmp_path / "runner", base, head)


@pytest.mark.parametrize("event", REQUESTS)
def test_a_request_to_merge_in_a_clone_of_depth_one(event: str, job: Job) -> None:
    job.check_out()
    run = job.run(event)
    assert run.exit_code == 1, run.stderr
    assert "read 0 files, 3 blobs, 3 commits" in run.stderr, (
        "deepened as far as needed, and only the side branch read"
    )
    assert "::error title=high%3A Binance API secret (HMAC)::" in run.stdout, (
        "no file: it is gone from the checkout"
    )
    assert (
        job.outputs | {"findings": "1", "new-findings": "1", "exit-code": "1", "scanned-commits": "3"}
        == job.outputs
    )
    assert "Binance" in job.summary
    assert int(job.git("rev-list", "--count", job.head)) < 119, "not the whole history was fetched"
    assert not list(job.clone.rglob("ran")), "nothing of an event is run"


@pytest.mark.parametrize("args", [("--depth=1",), ("--depth=500",), ("--unshallow",)])
def test_the_merge_commit_that_github_checks_out(args: tuple[str, ...], job: Job) -> None:
    job.origin.run("checkout", "-q", "--detach", job.base)
    job.origin.run("merge", "-q", "--no-edit", job.head)
    merge = job.origin.run("rev-parse", "HEAD")
    job.check_out(*([] if args == ("--unshallow",) else args), commit=merge)
    if args == ("--unshallow",):
        job.git("fetch", "-q", "--unshallow", "origin", "main", "side")
    run = job.run("pull-request")
    assert (run.exit_code, "3 commits" in run.stderr) == (1, True), run.stderr


def test_pushes(job: Job, make_pair: Any) -> None:
    job.origin.run("checkout", "-q", "main")
    job.head = job.origin.commit("a second parent", c_py=secret_line(make_pair(5)))
    job.origin.run("merge", "-q", "--no-edit", "side")
    job.head = job.origin.run("rev-parse", "HEAD")
    job.check_out()
    run = job.run("push")
    assert (run.exit_code, "5 commits" in run.stderr) == (1, True), run.stderr
    assert "::error file=c.py,line=1,endLine=1,col=23,endColumn=87,title=" in run.stdout
    assert job.outputs["findings"] == "2", "that of the second parent too"


@pytest.mark.parametrize("event", ["push-branch", "push-new-branch", "push-forced"])
def test_pushes_to_a_side_branch(event: str, job: Job) -> None:
    job.check_out()
    run = job.run(event)
    assert (run.exit_code, "3 commits" in run.stderr) == (1, True), run.stderr


def test_a_deleted_branch_publishes_nothing(job: Job) -> None:
    job.check_out()
    run = job.run("push-deleted")
    assert (run.exit_code, "a branch was deleted" in run.stderr) == (0, True)


@pytest.mark.parametrize("event", ["schedule", "workflow-dispatch"])
def test_everything_is_read_on_a_schedule(event: str, job: Job) -> None:
    job.check_out()
    run = job.run(event)
    assert run.exit_code == 1
    assert "more" not in job.git("status", "--porcelain")
    assert "read 4 files" in run.stderr or "read 3 files" in run.stderr


def test_a_clone_that_cannot_be_deepened_is_never_clean(job: Job) -> None:
    job.check_out()
    job.git("remote", "set-url", "origin", f"file://{job.folder}/nowhere")
    for event in (*REQUESTS, "push-branch", "push-new-branch"):
        run = job.run(event)
        assert run.exit_code == 3, (event, run.stderr)
        assert "fetch-depth: 0" in run.stdout + run.stderr
    assert job.run("schedule").exit_code in (1, 3)


@pytest.mark.parametrize(
    ("name", "payload", "complaint"),
    [
        ("issues", {}, "says nothing of a range"),
        ("pull_request", {}, "pull_request.base.sha names no commit"),
        ("pull_request", {"pull_request": {"base": {"sha": "--upload-pack=x"}}}, "names no commit"),
        ("push", [], "not the JSON of an event"),
    ],
)
def test_an_event_that_is_not_understood(name: str, payload: Any, complaint: str, job: Job) -> None:
    job.check_out()
    env = job.event("push") | {"GITHUB_EVENT_NAME": name}
    (job.folder / "event.json").write_text(json.dumps(payload))
    run = job.step("scan", {**env, "LEAKSCAN": str(COMMAND), **_inputs({})})
    assert (run.exit_code, complaint in run.stderr) == (2, True), run.stderr


def test_a_request_cannot_loosen_its_own_check(job: Job, pair: Pair) -> None:
    job.origin.run("checkout", "-q", "side")
    job.origin.write(".leakscan.toml", 'fail-on = "never"\n[[allow]]\npath = "**"\nreason = "trust me"\n')
    mark = "  # leakscan:allow binance-hmac-secret trust me"
    job.head = job.origin.commit("loosened", bot_py=secret_line(pair, mark))
    job.check_out()
    for event in (*REQUESTS, "push-branch", "push-new-branch", "push-forced"):
        run = job.run(event)
        assert run.exit_code == 1, (event, run.stderr)
        assert "this change touches .leakscan.toml" in run.stdout
        assert "leakscan:allow comes with this change" in " ".join(run.stdout.split())
    job.origin.run("checkout", "-q", "main")
    job.base = job.origin.run("rev-parse", "HEAD")
    job.origin.run("merge", "-q", "--no-edit", "side")
    job.head = job.origin.run("rev-parse", "HEAD")
    job.git("fetch", "-q", "origin", job.head)
    job.git("checkout", "-q", "--detach", job.head)
    assert job.run("push").exit_code == 0, "merged into the default branch it is the policy"


def test_the_policy_of_the_base_holds(job: Job, pair: Pair) -> None:
    job.origin.run("checkout", "-q", "main")
    job.base = job.origin.commit("policy", _leakscan_toml='[[allow]]\npath = "bot.py"\nreason = "made up"\n')
    job.check_out()
    run = job.run("pull-request")
    assert (run.exit_code, "1 finding allowed" in run.stdout) == (0, True), run.stdout + run.stderr


def test_the_sarif_file_is_ready_for_upload(job: Job, pair: Pair) -> None:
    job.origin.run("checkout", "-q", "side")
    job.head = job.origin.commit("still there", live__bot_py="\n" + secret_line(pair))
    job.check_out()
    run = job.run(
        "pull-request", sarif_file="out.sarif", annotations="false", summary="false", fail_on="never"
    )
    assert run.exit_code == 0
    assert "::error" not in run.stdout
    assert job.summary == ""
    assert job.outputs["sarif-file"] == "out.sarif"
    (result,) = json.loads((job.clone / "out.sarif").read_text())["runs"][0]["results"]
    place = result["locations"][0]["physicalLocation"]
    assert (place["artifactLocation"]["uri"], place["region"]["startLine"]) == ("live/bot.py", 2)
    assert re.fullmatch("[0-9a-f]+:1", result["partialFingerprints"]["primaryLocationLineHash"])
    assert pair.secret not in (job.clone / "out.sarif").read_text()


def test_gitlab(job: Job) -> None:
    job.check_out()
    env = {"GITLAB_CI": "true", "CI_COMMIT_SHA": job.head, "CI_DEFAULT_BRANCH": "main"}
    cases = {
        "merge_request_event": {"CI_MERGE_REQUEST_DIFF_BASE_SHA": job.base},
        "push": {"CI_COMMIT_BRANCH": "side", "CI_COMMIT_BEFORE_SHA": ZERO},
        "schedule": {},
    }
    for source, more in cases.items():
        run = _leakscan(
            job,
            "ci",
            "-o",
            "gitlab=gl.json",
            "-o",
            "junit=junit.xml",
            CI_PIPELINE_SOURCE=source,
            **env,
            **more,
        )
        assert run.exit_code == 1, (source, run.stderr)
        assert len(json.loads((job.clone / "gl.json").read_text())["vulnerabilities"]) == 1
    for wrong in (
        {"CI_PIPELINE_SOURCE": "security_orchestration_policy"},
        {"CI_PIPELINE_SOURCE": "merge_request_event"},
    ):
        assert _leakscan(job, "ci", **env, **wrong).exit_code == 2
    template = yaml.safe_load((ROOT / "ci/gitlab.yml").read_text())["leakscan"]
    assert template["script"][0].split()[1:] == (
        "ci --output gitlab=gl-secret-detection-report.json --output junit=leakscan-junit.xml".split()
    )


@pytest.mark.parametrize("name", ["GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"])
def test_nobody_waits_for_who_may_read_what_a_step_tells(name: str, job: Job) -> None:
    job.check_out()
    os.mkfifo(job.folder / "pipe")
    run = _leakscan(job, "ci", **job.event("pull-request") | {name: str(job.folder / "pipe")})
    assert (run.exit_code, "cannot be written" in run.stderr) == (2, True)


def test_any_other_ci(job: Job) -> None:
    job.check_out()
    assert _leakscan(job, "ci", "--base", job.base, "--no-fetch").exit_code == 3
    assert _leakscan(job, "ci", "--base", job.base, "--head", job.head).exit_code == 1
    assert _leakscan(job, "ci").exit_code == 2
    assert _leakscan(job, "ci", "--head", job.head).exit_code == 2


def _leakscan(job: Job, *args: str, **env: str) -> Run:
    done = subprocess.run(
        [COMMAND, *args], cwd=job.clone, env={**_clean(), **env}, capture_output=True, text=True, check=False
    )
    return Run(done.returncode, done.stdout, done.stderr)


def test_the_action_installs_itself_and_runs(job: Job) -> None:
    """Dependencies by hash, leakscan from the action's own checkout, then the scan with what was installed."""
    job.check_out()
    env = job.event("pull-request")
    installed = job.step("install", {**env, "LEAKSCAN_PYTHON": sys.executable})
    assert installed.exit_code == 0, installed.stderr
    command = job.outputs["leakscan"]
    assert Path(command).is_file()
    run = job.step("scan", {**env, "LEAKSCAN": command, **_inputs({})})
    assert (run.exit_code, "3 commits" in run.stderr) == (1, True), run.stderr


def test_the_action_pins_what_it_uses() -> None:
    uses = [step["uses"] for step in ACTION["runs"]["steps"] if "uses" in step]
    assert uses
    assert all(re.fullmatch("[a-z-]+/[a-z-]+@[0-9a-f]{40}", name) for name in uses)
    assert set(ACTION["outputs"]) >= {"findings", "new-findings", "exit-code", "sarif-file"}
