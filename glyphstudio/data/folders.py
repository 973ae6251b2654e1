"""Folders on disk and zip archives, read in the same way: the names of their files, and the bytes of one file.

Both may be hostile. The number of entries is limited, links to folders are not followed (so a loop of links ends), only
ordinary files are opened, and no more of a file is read than requested.
"""

from __future__ import annotations

import os
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from glyphstudio.data.drawings import DataError

MAX_ENTRIES = 1_000_000


class Folder(Protocol):
    """left_out: links to folders, and folders that cannot be read. It is complete after the last of `names`."""

    left_out: list[str]

    def names(self) -> Iterator[str]: ...
    def read(self, name: str, limit: int) -> bytes: ...


class DiskFolder:
    """The files below a folder, named by their paths inside it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.left_out: list[str] = []

    def names(self) -> Iterator[str]:
        """Raises DataError if there are too many files and folders."""
        self.left_out = []
        entries = 0
        for folder, folders, files in os.walk(self.root, onerror=self._unreadable):
            place = Path(folder)
            entries += len(folders) + len(files)
            if entries > MAX_ENTRIES:
                raise _too_many(self.root)
            self.left_out += [self._name(place / name) for name in folders if (place / name).is_symlink()]
            for name in files:
                yield self._name(place / name)

    def read(self, name: str, limit: int) -> bytes:
        """Return up to `limit + 1` bytes of a file. Raises OSError."""
        path = self.root / name
        if not stat.S_ISREG(path.stat().st_mode):  # a pipe could block for ever
            raise OSError("it is not an ordinary file")
        with path.open("rb") as file:
            return file.read(limit + 1)

    def _unreadable(self, error: OSError) -> None:
        if error.filename is not None:
            self.left_out.append(self._name(Path(error.filename)))

    def _name(self, path: Path) -> str:
        return path.relative_to(self.root).as_posix()


class ZipFolder:
    """The files in an archive, read in place and never unpacked to disk."""

    def __init__(self, path: Path) -> None:
        self.path, self.archive = path, zipfile.ZipFile(path)
        self.left_out: list[str] = []
        self._packed: dict[str, str] = {}  # names in the archive, which may have backslashes or start with "./"

    def names(self) -> Iterator[str]:
        """Raises DataError if there are too many files."""
        names = self.archive.namelist()
        if len(names) > MAX_ENTRIES:
            raise _too_many(self.path)
        self._packed = {name.replace("\\", "/").removeprefix("./"): name for name in names}
        return (name for name in self._packed if not name.endswith("/"))

    def read(self, name: str, limit: int) -> bytes:
        """Return up to `limit + 1` bytes of a file. A damaged archive can raise anything."""
        with self.archive.open(self._packed.get(name, name)) as file:
            return file.read(limit + 1)


def open_folder(path: Path) -> DiskFolder | ZipFolder:
    """Open a folder, or a zip archive as a folder. Raises DataError with a sentence."""
    try:
        if path.is_dir():
            return DiskFolder(path)
        if not path.exists():
            raise DataError(f"There is no file or folder {path}. Check the path.")
        if not path.is_file():
            raise DataError(f"{path} is not an ordinary file. Give a folder or a zip archive.")
        return ZipFolder(path)
    except (zipfile.BadZipFile, OSError, NotImplementedError, ValueError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(
            f"{path} is neither a folder nor a readable zip archive ({error}). Choose another one, or fetch the data "
            "again."
        ) from error


def _too_many(path: Path) -> DataError:
    return DataError(f"{path} has more than {MAX_ENTRIES:,} files. Is this the right data?")
