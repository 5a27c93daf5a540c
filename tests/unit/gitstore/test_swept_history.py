"""What a sweep is of, and when it tells a history."""

from __future__ import annotations

import pytest
from gitrepo import Repo, opened
from packwriter import BLOB, COMMIT, PackWriter
from sweeping import SPEC

from leakscan.gitstore.sweep import Sweep
from leakscan.gitstore.trees import Untraceable

RUN = b"A1x2C3z4" * 8


def test_there_is_a_history_only_of_a_sweep_of_texts_that_was_not_stopped(repo: Repo) -> None:
    repo.commit({"a": "1"})
    for texts, go_on, is_whole in ((False, True, False), (True, False, False), (True, True, True)):
        with opened(repo.path) as store, Sweep(store, SPEC) as sweep:
            assert sweep.history() is None
            list(sweep.run(lambda _: None, texts=texts, go_on=lambda go_on=go_on: go_on))
            assert (sweep.history() is not None) is is_whole
            if is_whole:
                assert len(sweep.fresh().commits) == 1
            else:
                with pytest.raises(Untraceable):
                    sweep.fresh()


def test_a_sweep_is_of_all_blobs_and_of_no_texts_if_nothing_else_is_said(repo: Repo) -> None:
    texts = [b"%d " % number + RUN for number in range(400)]
    repo.commit({str(number): text for number, text in enumerate(texts)}, message=RUN.decode())
    with opened(repo.path) as store, Sweep(store, SPEC) as sweep:
        assert list(sweep.run(lambda found: found.kind)) == ["blob"] * 400
        assert sweep.totals == {"blob": 400, "blob bytes": sum(map(len, texts))}


@pytest.mark.parametrize(("kind", "is_told"), [(BLOB, True), (COMMIT, False)])
def test_history_is_told_without_a_damaged_blob_but_not_what_came_last(
    repo: Repo, kind: int, is_told: bool
) -> None:
    repo.commit({"a": "1"})
    writer = PackWriter()
    writer.add(b"\1" * 20, kind, b"content", packed=b"no stream")
    writer.write(repo.git_dir / "objects")
    with opened(repo.path) as store, Sweep(store, SPEC) as sweep:
        list(sweep.run(lambda _: None, texts=True))
        assert (sweep.history() is not None) is is_told
        with pytest.raises(Untraceable):
            sweep.fresh()


def test_a_nul_in_the_first_or_last_4096_bytes_hides_anchors(repo: Repo) -> None:
    with opened(repo.path) as store, Sweep(store, SPEC) as sweep:
        far, last = b"x" * 4096, b"\0" + b"x" * 4095
        texts = (b"\0", far[1:] + b"\0", far + b"\0" + far, far + last, b"text", b"\xff\xfet", b"")
        assert [sweep._is_opaque(text) for text in texts] == [True, True, False, True, False, True, False]
