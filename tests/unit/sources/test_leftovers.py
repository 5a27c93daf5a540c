from pathlib import Path

from leakscan.gitstore.layout import find_layout
from leakscan.model import Blob, WorktreeFile
from leakscan.sources.leftovers import left_among_objects
from tests.conftest import Repo


def test_what_git_makes_of_objects_and_refs_is_no_leftover(repo: Repo) -> None:
    """A clone in part names the refs that it got, with ids that look drawn, in a file beside each pack."""
    repo.commit("start", a_txt="1\n")
    repo.run("repack", "-adq")
    packs = repo.path / ".git" / "objects" / "pack"
    oid = repo.run("rev-parse", "HEAD")
    (packs / "pack-1.promisor").write_text(f"{oid} refs/heads/kraken_private_key\n")
    for name in (
        "pack/tmp_pack_1",
        "pack/notes.rev",
        "pack/multi-pack-index.old",
        "info/commit-graphs/notes",
    ):
        file = packs.parent / name
        file.parent.mkdir(exist_ok=True)
        file.write_text("no object\n")
    repo.run("multi-pack-index", "write")
    repo.run("commit-graph", "write", "--reachable", "--split")
    layout = find_layout(Path(repo.path))
    assert layout is not None
    left = [item for item in left_among_objects(layout, b".git/") if isinstance(item, Blob)]
    assert sorted(item.origin.path for item in left if isinstance(item.origin, WorktreeFile)) == [
        b".git/objects/info/commit-graphs/notes",
        b".git/objects/info/packs",
        b".git/objects/pack/multi-pack-index.old",
        b".git/objects/pack/notes.rev",
        b".git/objects/pack/tmp_pack_1",
    ]
