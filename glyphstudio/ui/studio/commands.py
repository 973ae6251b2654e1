"""What the window may ask of the library: frozen values that carry out themselves in the engine's thread.

Each says what it did and which command takes it back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from glyphstudio.glyphs.picture import Drawing
from glyphstudio.library.glyph import Glyph, Removed
from glyphstudio.plural import counted

if TYPE_CHECKING:
    from glyphstudio.studio import Studio


@dataclass(frozen=True)
class Outcome:
    """glyph: as it stands now, None where it is gone (then `gone` is its id). undo: the way back, if there is one."""

    glyph: Glyph | None
    gone: int | None = None
    undo: Command | None = None


class Command(Protocol):
    """One change of the library; it happened, durably, when `run` returns."""

    @property
    def what(self) -> str:
        """What an undo takes back, to be read after "Undo"."""

    def run(self, studio: Studio) -> Outcome:
        """Raises LibraryError or EmptyDrawing, and nothing was changed then."""


@dataclass(frozen=True)
class Enrol:
    """A new glyph with its first shot."""

    name: str
    drawing: Drawing

    @property
    def what(self) -> str:
        return f'enrolment of "{self.name}"'

    def run(self, studio: Studio) -> Outcome:
        glyph = studio.enrol(self.name, self.drawing)
        return Outcome(glyph, undo=DeleteGlyph(glyph.id, glyph.name))


@dataclass(frozen=True)
class AddShot:
    """A further shot of a glyph that exists."""

    glyph_id: int
    name: str
    drawing: Drawing

    @property
    def what(self) -> str:
        return f'drawing added to "{self.name}"'

    def run(self, studio: Studio) -> Outcome:
        glyph = studio.add_shot(self.glyph_id, self.drawing)
        newest = max(shot.id for shot in glyph.shots)
        return Outcome(glyph, undo=DeleteShot(newest, glyph.id, glyph.name))


@dataclass(frozen=True)
class Rename:
    glyph_id: int
    old: str
    new: str

    @property
    def what(self) -> str:
        return f'renaming of "{self.old}"'

    def run(self, studio: Studio) -> Outcome:
        glyph = studio.rename(self.glyph_id, self.new)
        return Outcome(glyph, undo=Rename(glyph.id, glyph.name, self.old))


@dataclass(frozen=True)
class DeleteGlyph:
    glyph_id: int
    name: str

    @property
    def what(self) -> str:
        return f'delete of "{self.name}"'

    def run(self, studio: Studio) -> Outcome:
        removed = studio.delete_glyph(self.glyph_id)
        return Outcome(None, gone=self.glyph_id, undo=Restore(removed))


@dataclass(frozen=True)
class DeleteShot:
    shot_id: int
    glyph_id: int
    name: str

    @property
    def what(self) -> str:
        return f'delete of a drawing of "{self.name}"'

    def run(self, studio: Studio) -> Outcome:
        removed = studio.delete_shot(self.shot_id)
        return Outcome(studio.library.glyph(self.glyph_id), undo=Restore(removed))


@dataclass(frozen=True)
class Restore:
    """Takes a delete back."""

    removed: Removed

    @property
    def name(self) -> str:
        return self.removed.glyph.name

    @property
    def what(self) -> str:
        return f'return of "{self.name}"'

    def run(self, studio: Studio) -> Outcome:
        return Outcome(studio.restore(self.removed))


def done(command: Command, outcome: Outcome) -> str:
    """What happened, said when it is durable."""
    match command:
        case Enrol():
            return f'Enrolled "{outcome.glyph.name if outcome.glyph else command.name}".'
        case AddShot(name=name):
            count = len(outcome.glyph.shots) if outcome.glyph else 0
            return f'Added to "{name}", now {counted(count, "drawing")}.'
        case Rename(old=old):
            return f'Renamed "{old}" to "{outcome.glyph.name if outcome.glyph else command.new}".'
        case DeleteGlyph(name=name):
            return f'Deleted "{name}".'
        case DeleteShot(name=name):
            return f'Deleted a drawing of "{name}".'
        case Restore(name=name):
            return f'"{name}" is back.'
    return "Done."


def undone(what: str) -> str:
    return f"Undone: {what}."
