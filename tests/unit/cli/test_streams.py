import os
import stat
import threading
from pathlib import Path

import pytest

from leakscan.cli.streams import use_color, write_file
from leakscan.errors import ConfigError


def test_a_report_is_replaced_whole_and_private(tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    file.write_text("old")
    write_file(file, "new")
    assert file.read_text() == "new"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [entry.name for entry in tmp_path.iterdir()] == ["report.json"]


def test_a_link_is_replaced_and_not_followed(tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_text("kept")
    link.symlink_to(target)
    write_file(link, "report")
    assert (target.read_text(), link.read_text(), link.is_symlink()) == ("kept", "report", False)


def test_a_fifo_is_written_to(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    got: list[str] = []
    reader = threading.Thread(target=lambda: got.append(fifo.read_text()))
    reader.start()
    write_file(fifo, "report")
    reader.join(10)
    assert got == ["report"]
    assert stat.S_ISFIFO(fifo.stat().st_mode)


def test_a_place_that_takes_no_report_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be written there"):
        write_file(tmp_path / "no" / "report.json", "x")


def test_colour_follows_the_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    assert use_color("always")
    assert not use_color("never")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setenv("NO_COLOR", "1")
    assert not use_color("auto")
