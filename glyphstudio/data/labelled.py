"""Labelled drawings: of class folders (NAME/picture.png at any depth, also in a zip), or of a file that names them.

In class folders, the folder that a file is in names its glyph. A file beside the folders counts if it names its
drawings itself. Whatever cannot be read is left out, with a sentence for each file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from glyphstudio.data.class_folders import MAX_PICTURES, is_candidate, is_drawing_name
from glyphstudio.data.drawings import DataError
from glyphstudio.data.folders import Folder, open_folder
from glyphstudio.glyphs.formats.labelled import Labelled
from glyphstudio.glyphs.importing import MAX_FILE_BYTES, MAX_SHOWN, ImportFailure, drawings_from_bytes, load_drawings
from glyphstudio.glyphs.picture import Drawing
from glyphstudio.names import glyph_of, name_key, natural_key, shown
from glyphstudio.plural import counted

_ZIP = b"PK\x03\x04"


@dataclass(frozen=True)
class Named:
    """A drawing, its glyph's name, and the file that it is in, for sentences."""

    name: str
    drawing: Drawing
    file: str


@dataclass
class LabelledDrawings:
    """Drawings one by one, as they are read. left_out: sentences about files, complete after the last drawing. notes:
    sentences about the whole. doubts: sentences about pictures of which something was left out or is doubtful."""

    path: Path
    left_out: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)

    def __call__(self, on_progress: Callable[[int, int], None] | None = None) -> Iterator[Named]:
        """Yield them in the natural order of their files. Raises DataError if the path cannot be read at all, and
        ImportFailure if it is a file that names no drawing."""
        if self.path.is_dir() or _starts_as_zip(self.path):
            yield from self._of_folder(open_folder(self.path), on_progress)
            return
        found = load_drawings(self.path, on_note=self.doubts.append)
        if all(one.label is None for one in found):
            raise ImportFailure(
                f"{shown(self.path.name, MAX_SHOWN)} does not name its drawings: enrol it with --name, or put it in a "
                "folder with the glyph's name."
            )
        yield from self._of_file(found, None, self.path.name)

    def _of_folder(self, folder: Folder, on_progress: Callable[[int, int], None] | None) -> Iterator[Named]:
        everything = list(folder.names())
        files = [name for name in everything if is_candidate(name) or ("/" not in name and is_drawing_name(name))]
        files.sort(key=lambda name: (natural_key(name), name))
        if len(files) > MAX_PICTURES:
            raise DataError(f"{self.path} has more than {MAX_PICTURES:,} files. Is this the right folder?")
        self._note_same_names(files)
        for index, name in enumerate(files):
            short = shown(name.rsplit("/", 1)[-1], MAX_SHOWN)
            try:
                data = _read(folder, name)
                found = drawings_from_bytes(data, short, on_note=partial(self._doubt, name))
            except ImportFailure as error:
                self.left_out.append(_about(name, error))
            else:
                yield from self._of_file(found, glyph_of(name), name)
            if on_progress is not None:
                on_progress(index + 1, len(files))
        self.left_out += [f"{shown(name)} is a link to a folder, or cannot be read." for name in folder.left_out]

    def _doubt(self, name: str, note: str) -> None:
        self.doubts.append(_whole(name, note))

    def _of_file(self, found: list[Labelled], glyph: str | None, file: str) -> Iterator[Named]:
        """Yield a file's drawings. glyph: the name that its folder gives it."""
        labels = {name_key(one.label) for one in found if one.label is not None}
        if glyph is None and not labels:
            self.left_out.append(f"{shown(file)} is in no folder with a glyph's name, and names no glyph itself.")
        elif glyph is not None and len(labels) > 1:
            self.left_out.append(
                f"{shown(file)} names {len(labels):,} different glyphs itself: enrol it alone with --from."
            )
        else:
            for one in found:
                name = glyph if glyph is not None else one.label
                if name is None:
                    self.left_out.append(f"{shown(file)} has a drawing without a name.")
                else:
                    yield Named(name, one.drawing, file)

    def _note_same_names(self, files: list[str]) -> None:
        places: dict[str, set[str]] = {}
        for name in files:
            glyph = glyph_of(name)
            if glyph is not None:
                places.setdefault(name_key(glyph), set()).add(name.rsplit("/", 1)[0])
        for folders in places.values():
            if len(folders) > 1:
                first, second = sorted(folders, key=natural_key)[:2]
                more = "" if len(folders) == 2 else f" and {len(folders) - 2:,} more"
                self.notes.append(
                    f"{shown(first)} and {shown(second)}{more} have the same name, so their drawings are one glyph's."
                )


def _read(folder: Folder, name: str) -> bytes:
    """Raises ImportFailure."""
    try:
        data = folder.read(name, MAX_FILE_BYTES)
    except Exception as error:  # a damaged archive can raise anything
        reason = getattr(error, "strerror", None) or error
        raise ImportFailure(f"It cannot be read ({reason}).") from error
    if len(data) > MAX_FILE_BYTES:
        raise ImportFailure(f"It is larger than {MAX_FILE_BYTES >> 20} MB.")
    return data


def _about(name: str, error: ImportFailure) -> str:
    """Return the sentence of `error` with the file's whole path."""
    return _whole(name, str(error))


def _whole(name: str, sentence: str) -> str:
    """Return a sentence about a file with the file's whole path."""
    file = shown(name.rsplit("/", 1)[-1], MAX_SHOWN)
    return shown(name) + sentence.removeprefix(file) if sentence.startswith(file) else f"{shown(name)}: {sentence}"


def _starts_as_zip(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return path.is_file() and file.read(4) == _ZIP
    except (OSError, ValueError):
        return False


def summary(left_out: list[str], most: int = 20, what: str = "Left out") -> list[str]:
    """Return the first sentences about what was left out (or is `what` else), and one that counts the others."""
    if len(left_out) <= most:
        return left_out
    return [*left_out[: most - 1], f"{what} as well: {counted(len(left_out) - most + 1, 'other file')}."]
