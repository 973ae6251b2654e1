"""The user's own weights: a folder of weights files, each named as people see it.

Imports no torch. Here only the header of a new file is checked. Code that adds weights from elsewhere checks their
tensors first (`file.weights_from`), and code that uses them checks them again.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from platformdirs import user_data_path

from glyphstudio.engine.errors import EngineError
from glyphstudio.engine.saving import write_beside
from glyphstudio.engine.weights.header import WeightsHeader, checked_metadata, described, read_header, read_weights

SUFFIX = ".safetensors"
_WHAT = "The weights"
_LONGEST = 80  # characters of a name
_LONGEST_BYTES = 200  # of a name in a file name: most file systems allow 255
_NOT_IN_NAMES = '/\\:*?"<>|'  # not allowed in file names on some system
_TAKEN = {"con", "prn", "aux", "nul", *(f"{port}{i}" for port in ("com", "lpt") for i in range(1, 10))}  # in Windows


@dataclass(frozen=True)
class OwnWeights:
    """One file of the folder. date: when it was added. header: None if it cannot be used; `problem` then says why."""

    path: Path
    date: datetime
    header: WeightsHeader | None
    problem: str = ""

    @property
    def name(self) -> str:
        return self.path.name.removesuffix(SUFFIX)


class OwnWeightsFolder:
    """The files are not changed. A file that the user puts there is listed; one that is taken away is not."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or user_data_path("GlyphStudio", appauthor=False) / "weights"

    def list(self) -> list[OwnWeights]:
        """Return the weights by name. Raises EngineError if the folder cannot be read."""
        try:
            paths = [path for path in self.folder.iterdir() if path.name.endswith(SUFFIX) and path.name != SUFFIX]
        except FileNotFoundError:
            return []
        except OSError as error:
            raise EngineError(
                f"Your weights in {self.folder} cannot be read ({error.strerror or error}). Make the folder readable, "
                "then start again."
            ) from error
        found = [own for own in map(_look_at, paths) if own is not None]
        return sorted(found, key=lambda own: own.name.casefold())

    def add(self, data: bytes, name: str) -> Path:
        """Keep a weights file's bytes under a name, with a number added if other weights have that name.

        The same weights are not kept twice under one name. Raises EngineError if the header is not that of weights for
        this GlyphStudio, SavingError if writing fails.
        """
        wanted = _fit(name)
        path, number = self.folder / f"{wanted}{SUFFIX}", 1
        described(checked_metadata(data, path), path)
        while (there := self._like(path)) is not None:
            if there.is_file() and there.stat().st_size == len(data) and there.read_bytes() == data:
                return there
            number += 1
            path = self.folder / f"{wanted} {number}{SUFFIX}"
        write_beside(path, data, _WHAT)
        return path

    def export(self, path: Path, to: Path) -> None:
        """Copy weights to a file elsewhere. Raises EngineError and SavingError."""
        write_beside(to, read_weights(path), _WHAT)

    def rename(self, path: Path, name: str) -> Path:
        """Raises EngineError if another file has that name, or if the file is missing."""
        to = self.folder / f"{_fit(name)}{SUFFIX}"
        there = self._like(to)
        if there is not None and there != path:
            raise EngineError(
                f'There are weights called "{there.name.removesuffix(SUFFIX)}" already. Choose another name.'
            )
        try:
            path.rename(to)
        except OSError as error:
            raise EngineError(
                f"{path} could not be renamed ({error.strerror or error}). Nothing was changed. Try again."
            ) from error
        return to

    def remove(self, path: Path) -> None:
        """A file that is already missing is no error. Raises EngineError if it cannot be removed."""
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise EngineError(
                f"{path} could not be removed ({error.strerror or error}). "
                "Close the program that uses it, then try again."
            ) from error

    def has(self, path: Path) -> bool:
        """Whether a file is one of this folder."""
        return path.parent == self.folder

    def _like(self, path: Path) -> Path | None:
        """Find a file of that name, ignoring case: some systems do not distinguish upper and lower case."""
        if path.exists():
            return path
        key = path.name.casefold()
        others = self.folder.iterdir() if self.folder.is_dir() else iter(())
        return next((other for other in others if other.name.casefold() == key), None)


def _look_at(path: Path) -> OwnWeights | None:
    try:
        date = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except OSError:  # gone since the folder was read
        return None
    try:
        return OwnWeights(path, date, read_header(path))
    except EngineError as error:
        return OwnWeights(path, date, None, str(error))


def _fit(name: str) -> str:
    """Return the name in a form that files can have on every system."""
    plain = "".join(" " if unicodedata.category(letter)[0] in "CZ" else letter for letter in name)
    plain = "".join("-" if letter in _NOT_IN_NAMES else letter for letter in " ".join(plain.split()))
    plain = plain.removesuffix(SUFFIX)[:_LONGEST].encode()[:_LONGEST_BYTES].decode(errors="ignore").strip(" .")
    if not plain:
        return "My weights"
    return f"{plain} weights" if plain.casefold().split(".")[0] in _TAKEN else plain
