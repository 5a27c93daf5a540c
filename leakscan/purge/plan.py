"""What was found, and where -> the steps to take it out of a history, in order."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from pathlib import Path

from leakscan.model import CommitMessage, CommittedFile, Finding, TagMessage, WorktreeFile
from leakscan.purge.forms import is_short

_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Step:
    """`commands` are for a POSIX shell; texts and commands may name paths of the repository as they are."""

    title: str
    lines: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Situation:
    """`repository` is the folder; `has_remote`: there is a remote named origin; `replacements`: the file that was
    written, None if it was not asked for; `host`: that of the remote, empty if it is not known."""

    repository: Path
    has_remote: bool
    host: str
    replacements: Path | None


def plan_steps(situation: Situation, findings: Sequence[Finding], blobs: Set[str]) -> tuple[Step, ...]:
    """`findings`: those that stand in history, as reports show them; `blobs`: ids of contents that the replacement file
    does not reach."""
    steps = (
        _revoke(findings),
        _clean_files(findings),
        _agree(situation),
        _write(situation),
        _rewrite(situation, _names(findings, blobs)),
        _by_hand(findings),
        _check(situation),
        _publish(situation),
        _elsewhere(findings),
        _tidy(situation),
    )
    return tuple(step for step in steps if step)


def _revoke(findings: Iterable[Finding]) -> Step:
    pages = dict.fromkeys((f.exchange, f.help.revoke_url) for f in findings)
    return Step(
        "Revoke first",
        (
            "A rewritten history takes nothing back that somebody has read: only a deleted key is safe.",
            *(f"{exchange}: {url}" for exchange, url in pages if url),
        ),
    )


def _clean_files(findings: Iterable[Finding]) -> Step | None:
    """What still stands in files: the rewrite would leave a mark there instead of a value, and programs would break."""
    paths = {
        origin.path
        for finding in findings
        for origin in (place.origin for place in finding.locations)
        if isinstance(origin, WorktreeFile) or (isinstance(origin, CommittedFile) and origin.in_head)
    }
    if not paths:
        return None
    return Step(
        "Take it out of the files of today",
        (
            "Load it from the environment or a secret manager instead, then commit. No rewrite reaches files that git"
            " does not track, names, and the git directory's own files:",
            *_listed(map(_text, paths)),
        ),
    )


def _agree(situation: Situation) -> Step | None:
    if not situation.has_remote:
        return None
    return Step(
        "Agree with everyone who has a clone",
        (
            "Every commit from the first that held a value gets a new name. Merge or close open pull requests, have"
            " all work pushed, then let nobody push until the new history is there.",
        ),
    )


def _write(situation: Situation) -> Step:
    if situation.replacements is not None:
        return Step(
            "Keep the replacement file to yourself",
            (f"{situation.replacements} holds the values in full, readable by you alone.",),
        )
    return Step(
        "Write the replacement file",
        (
            "It holds the values in full, readable by you alone; outside the repository, and not in a synced folder.",
        ),
        (f"leakscan purge {_quoted(situation.repository)} --write-replacements {_quoted(_file(situation))}",),
    )


def _rewrite(situation: Situation, blobs: Sequence[str]) -> Step:
    file = _quoted(_file(situation))
    options = [f"--sensitive-data-removal --replace-text {file} --replace-message {file}"]
    options += [f"--strip-blobs-with-ids {_quoted(blobs_file(_file(situation)))}"] if blobs else []
    repository = _quoted(situation.repository)
    lines = [
        "git-filter-repo 2.47 or newer; it expires reflogs, drops what nothing leads to any more and tells the first"
        " changed commits: note them."
    ]
    if blobs:
        lines += [
            f"These {len(blobs):,} contents (binary, packed or encoded) can only be taken out whole, from every"
            " commit; put clean ones in their place afterwards:",
            *_listed(blobs),
        ]
    commands = ["pip install 'git-filter-repo>=2.47'"]
    if situation.has_remote:
        commands += [
            f'git clone --mirror --no-local "$(git -C {repository} remote get-url origin)" purge.git',
            f"git -C purge.git filter-repo {' '.join(options)}",
        ]
    else:
        lines += ["There is no remote: the repository itself is rewritten, after a copy of it was made."]
        commands += [
            f"cp -a {repository} {_quoted(before(situation.repository))}",
            f"git -C {repository} filter-repo --force {' '.join(options)}",
        ]
    return Step("Rewrite the history", tuple(lines), tuple(commands))


def _by_hand(findings: Iterable[Finding]) -> Step | None:
    headers, short, paths = set(), set(), set()
    for finding in findings:
        for origin in (place.origin for place in finding.locations):
            if isinstance(origin, CommitMessage | TagMessage):
                if origin.header:
                    headers.add(origin.oid)
                elif is_short(finding):
                    short.add(origin.oid)
            elif isinstance(origin, CommittedFile) and not origin.oid:
                paths.add(_text(origin.path))
    lines = []
    if headers:
        lines += ["In headers (author, committer, tagger): git filter-repo --mailmap or --commit-callback:"]
        lines += _listed(headers)
    if short:
        lines += [
            "In messages, too short to be replaced wherever they stand: git filter-repo --message-callback:"
        ]
        lines += _listed(short)
    if paths:
        lines += [
            "In names of files and folders: git filter-repo --filename-callback, or --invert-paths --path:"
        ]
        lines += _listed(paths)
    return Step("Rewrite by hand what the file cannot say", tuple(lines)) if lines else None


def _check(situation: Situation) -> Step:
    target = "purge.git" if situation.has_remote else _quoted(situation.repository)
    return Step(
        "Check that it is gone",
        ("Every object is read again; exit code 0, or go back to the first step with what is told.",),
        (f"leakscan scan --history --no-cache {target}",),
    )


def _publish(situation: Situation) -> Step | None:
    if not situation.has_remote:
        return None
    lines = ["Branch protection may have to be lifted for this push."]
    if situation.host in ("github.com", ""):
        lines += [
            "GitHub refuses refs/pull/*, which keep the old commits: ask its support to drop them and its cached"
            " views, naming the first changed commits"
            " (https://docs.github.com/authentication/keeping-your-account-and-data-secure/"
            "removing-sensitive-data-from-a-repository)."
        ]
    if situation.host != "github.com":
        lines += [
            "GitLab keeps old commits under refs of its own (merge requests, pipelines, keep-around): run the"
            " repository clean-up of its settings with filter-repo/commit-map"
            " (https://docs.gitlab.com/user/project/repository/repository_size/)."
        ]
    return Step(
        "Publish the new history, and check what is published",
        tuple(lines),
        (
            "git -C purge.git push --force --mirror origin",
            'git clone --mirror --no-local "$(git -C purge.git remote get-url origin)" check.git',
            "leakscan scan --history --no-cache check.git",
        ),
    )


def _elsewhere(findings: Iterable[Finding]) -> Step:
    refs = {ref for finding in findings for ref in finding.exposure.refs}
    lines = [
        "- clones of colleagues, servers and CI: delete them and clone again; one push of an old one brings all back",
        "- forks, mirrors and pull requests at the host: their owners or the host's support must remove them",
        "- caches and artefacts: CI logs and caches, build artefacts, container layers, packages and releases made of"
        " an old commit, documentation sites, backups, bundles",
        "- in this and every clone: stashes, reflogs, other work trees, repositories that borrow objects from it"
        " (alternates), files that editors left, .git/FETCH_HEAD",
        "- signatures: rewritten commits and tags lose theirs; sign tags again. Notes, links and issues name commits by"
        " their old ids",
    ]
    if tags := sorted(ref for ref in refs if ref.startswith("refs/tags/")):
        lines += ["Tags that move:", *_listed(tags)]
    if "refs/stash" in refs:
        lines += ["A stash holds it here: git stash list, then git stash drop"]
    return Step("Go after what else keeps the old objects", tuple(lines))


def _tidy(situation: Situation) -> Step:
    file = _quoted(_file(situation))
    left = ["purge.git", "check.git"] if situation.has_remote else [_quoted(before(situation.repository))]
    return Step(
        "Delete what still holds the values",
        ("The replacement file and every copy with the old history, once nothing needs them any more.",),
        (f"rm -f {file} {_quoted(blobs_file(_file(situation)))}", f"rm -rf {' '.join(left)}"),
    )


def blobs_file(replacements: Path) -> Path:
    """Where the ids of contents stand that are taken out whole: they are no secret."""
    return replacements.with_name(replacements.name + ".blobs")


def before(repository: Path) -> Path:
    return repository.with_name(repository.name + ".before-purge")


def _file(situation: Situation) -> Path:
    return situation.replacements or situation.repository.parent / "leakscan-replacements.txt"


def _quoted(path: Path) -> str:
    return shlex.quote(str(path))


def _names(findings: Iterable[Finding], blobs: Set[str]) -> list[str]:
    """Each content by its id, and the path where that is known."""
    paths = {
        origin.oid: _text(origin.path)
        for finding in findings
        for origin in (place.origin for place in finding.locations)
        if isinstance(origin, CommittedFile)
    }
    return [f"{oid[:12]} {paths.get(oid, '')}".rstrip() for oid in blobs]


def _text(path: bytes) -> str:
    return path.decode("utf-8", "surrogateescape")


def _listed(names: Iterable[str]) -> list[str]:
    ordered = sorted(names)
    more = len(ordered) - _SHOWN
    return [f"- {name}" for name in ordered[:_SHOWN]] + ([f"- and {more:,} more"] if more > 0 else [])
