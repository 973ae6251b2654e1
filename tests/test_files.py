"""Either the old file or the whole new one is there."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from glyphstudio.files import own_part, replacing, write_beside


def test_the_new_file_replaces_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_beside(path, b"old")
    with replacing(path) as part:
        part.write_bytes(b"new")
        assert path.read_bytes() == b"old"
        assert part.parent == path.parent
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


def test_it_is_on_the_disk_before_it_has_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    seen: list[bytes] = []
    real = os.fsync

    def look(descriptor: int) -> None:
        seen.append(path.read_bytes())
        real(descriptor)

    monkeypatch.setattr(os, "fsync", look)
    write_beside(path, b"new")
    assert seen == [b"old"]


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left"), KeyboardInterrupt()])
def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path: Path, error: BaseException) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    with pytest.raises(type(error)), replacing(path) as part:
        part.write_bytes(b"half")
        raise error
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_name_that_is_taken_by_a_folder(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.mkdir()
    (path / "inside").touch()
    with pytest.raises(OSError):
        write_beside(path, b"new")
    assert list(tmp_path.iterdir()) == [path]


def test_every_process_has_its_own_part(tmp_path: Path) -> None:
    part = own_part(tmp_path / "file")
    assert str(os.getpid()) in part.name
    write_beside(tmp_path / "file", b"new", part)
    assert (tmp_path / "file").read_bytes() == b"new"
