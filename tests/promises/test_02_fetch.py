"""Promise 2: `leakscan ci` asks the network, and then too the clone's own configuration runs nothing."""

from __future__ import annotations

import os
import stat
import subprocess

import pytest

# Setting and value; {canary} leaves a file behind when it runs. Git runs each of them in a plain `git fetch`.
RUNNING = {
    "ssh": {"core.sshCommand": "{canary}", "remote.origin.url": "ssh://nowhere.invalid/x"},
    "git proxy": {"core.gitProxy": "{canary}", "remote.origin.url": "git://nowhere.invalid/x"},
    "upload-pack": {"remote.origin.uploadpack": "{canary}"},
    "ext address": {"protocol.ext.allow": "always", "remote.origin.url": "ext::{canary}"},
    "rewritten address": {"protocol.ext.allow": "always", "url.ext::{canary} .insteadOf": "file://"},
    "helper address": {"remote.origin.url": "canary::x"},
    "helper": {"remote.origin.vcs": "canary"},
    "alternate": {"core.alternateRefsCommand": "{canary}"},
    "included": {"include.path": "extra"},
}


@pytest.fixture
def canary(tmp_path):
    """A program, on PATH as the remote helper `canary` too, that leaves `ran` behind."""
    program = tmp_path / "bin/git-remote-canary"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\nexit 1\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return program


@pytest.fixture
def clone(repo, tmp_path, canary):
    for number in range(3):
        repo.commit(a_txt=f"{number}\n")
    path = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", "--depth=1", f"file://{repo.path}", path], check=True)
    objects = tmp_path / "other"
    subprocess.run(["git", "clone", "-q", "--bare", "--depth=1", f"file://{repo.path}", objects], check=True)
    (path / ".git/objects/info/alternates").write_text(f"{objects}/objects\n")
    (path / ".git/extra").write_text(f'[remote "origin"]\n\tuploadpack = {canary}\n')
    return path


def _settle(path, canary, settings) -> None:
    for name, text in settings.items():
        made = [given.format(canary=canary) for given in (name, text)]
        subprocess.run(["git", "config", *made], cwd=path, check=True)


@pytest.mark.parametrize("settings", RUNNING.values(), ids=RUNNING)
def test_a_fetch_runs_nothing_that_the_clone_names(repo, clone, canary, leakscan, settings, tmp_path) -> None:
    env = {"PATH": f"{canary.parent}{os.pathsep}{os.environ['PATH']}"}
    _settle(clone, canary, settings)
    base, head = repo.run("rev-parse", "HEAD~1"), repo.run("rev-parse", "HEAD")
    run = leakscan("ci", "--base", base, "--head", head, cwd=clone, env=env)
    assert not (tmp_path / "ran").exists()
    assert (run.exit_code, run.stdout) == (3, "")
    assert "fetch-depth: 0" in run.stderr
    plain = ["git", "fetch", "-q", "--deepen=1", "origin"]
    subprocess.run(plain, cwd=clone, env={**os.environ, **env}, capture_output=True, check=False)
    assert (tmp_path / "ran").exists(), "the case is none: git runs nothing either"


@pytest.mark.parametrize(
    "key",
    ["credential.helper", "credential.https://x.credential.y.helper", "core.askPass", "http.saveCookies"],
)
def test_what_would_run_when_asked_for_a_password_is_refused_before(
    repo, clone, canary, leakscan, key
) -> None:
    _settle(clone, canary, {key: "{canary}"})
    base, head = repo.run("rev-parse", "HEAD~1"), repo.run("rev-parse", "HEAD")
    run = leakscan("ci", "--base", base, "--head", head, cwd=clone)
    assert run.exit_code == 3
    assert f"not tried: the clone sets {key.split('.')[0]}." in run.stderr


def test_what_a_checkout_sets_is_used(repo, clone, canary, leakscan, tmp_path) -> None:
    _settle(clone, canary, {"http.https://github.com/.extraheader": "AUTHORIZATION: basic x"})
    base, head = repo.run("rev-parse", "HEAD~1"), repo.run("rev-parse", "HEAD")
    run = leakscan("ci", "--base", base, "--head", head, cwd=clone, env={"HOME": str(tmp_path / "home")})
    assert run.exit_code == 0, run.stderr


@pytest.mark.parametrize(
    "name", ["--upload-pack=touch {ran};", "+refs/heads/main:refs/heads/written", "--depth=1", "-a"]
)
@pytest.mark.parametrize("side", ["--base", "--head"])
def test_a_name_that_is_given_is_no_option_and_no_ref_to_write(
    repo, clone, leakscan, tmp_path, side, name
) -> None:
    """As a CI system gives it that takes the name of a branch from a pull request."""
    refs = sorted(clone.glob(".git/refs/**/*"))
    ends = {"--base": "HEAD", "--head": "HEAD", side: name.format(ran=tmp_path / "ran")}
    run = leakscan("ci", *(part for end in ends.items() for part in end), cwd=clone)
    assert (run.exit_code, run.stdout) == (3, "")
    assert not (tmp_path / "ran").exists()
    assert sorted(clone.glob(".git/refs/**/*")) == refs
    assert not (clone / ".git/FETCH_HEAD").exists()
