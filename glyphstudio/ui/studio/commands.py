"""Commands that change the library: frozen values that the studio's thread runs.

Each reports what it did, and which command undoes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from glyphstudio.glyphs.picture import Drawing
from glyphstudio.library.glyph import Entry, Glyph, Removed
from glyphstudio.plural import counted

if TYPE_CHECKING:
    from glyphstudio.studio import DoubtfulShot, Studio


@dataclass(frozen=True)
class Outcome:
    """A command's result. glyph: its new state, or None if it is gone; then `gone` is its id. undo: the command that
    undoes it, if there is one. more, more_gone: the other glyphs that a command about several has changed. doubt: about
    the glyph's shots."""

    glyph: Glyph | None
    gone: int | None = None
    undo: Command | None = None
    more: tuple[Glyph, ...] = ()
    more_gone: tuple[int, ...] = ()
    doubt: DoubtfulShot | None = None

    @property
    def glyphs(self) -> tuple[Glyph, ...]:
        """All glyphs that are new or changed."""
        return self.more if self.glyph is None else (self.glyph, *self.more)

    @property
    def all_gone(self) -> tuple[int, ...]:
        """The ids of all glyphs that are gone."""
        return self.more_gone if self.gone is None else (self.gone, *self.more_gone)


class Command(Protocol):
    """One change to the library. It is durable when `run` returns."""

    @property
    def what(self) -> str:
        """The change as a noun phrase to follow "Undo"."""

    def run(self, studio: Studio) -> Outcome:
        """Make the change. Raises LibraryError or EmptyDrawing, and then changes nothing."""


@dataclass(frozen=True)
class Enrol:
    """Enrols a new glyph with its first shot."""

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
    """Adds a further shot to an existing glyph."""

    glyph_id: int
    name: str
    drawing: Drawing

    @property
    def what(self) -> str:
        return f'drawing added to "{self.name}"'

    def run(self, studio: Studio) -> Outcome:
        glyph = studio.add_shot(self.glyph_id, self.drawing)
        newest = max(shot.id for shot in glyph.shots)
        return Outcome(glyph, undo=DeleteShot(newest, glyph.id, glyph.name), doubt=studio.doubt(glyph.id))


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
        return f'deletion of "{self.name}"'

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
        return f'deletion of a drawing of "{self.name}"'

    def run(self, studio: Studio) -> Outcome:
        removed = studio.delete_shot(self.shot_id)
        return Outcome(studio.library.glyph(self.glyph_id), undo=Restore(removed))


@dataclass(frozen=True)
class Restore:
    """Undoes a deletion."""

    removed: Removed

    @property
    def name(self) -> str:
        return self.removed.glyph.name

    @property
    def what(self) -> str:
        return f'return of "{self.name}"'

    def run(self, studio: Studio) -> Outcome:
        return Outcome(studio.restore(self.removed))


@dataclass(frozen=True)
class EnrolPage:
    """Enrols the named glyphs of a page, all or none."""

    entries: tuple[Entry, ...]

    @property
    def what(self) -> str:
        return self.words(len(self.entries))

    @staticmethod
    def words(count: int) -> str:
        return f"enrolment of {counted(count, 'drawing')} from a page"

    def run(self, studio: Studio) -> Outcome:
        shots, glyphs = studio.enrol_page(self.entries)
        undo = TakeBackPage(tuple(shot.id for shot in shots))
        return Outcome(glyphs[0], undo=undo, more=tuple(glyphs[1:]))


@dataclass(frozen=True)
class TakeBackPage:
    """Undoes EnrolPage."""

    shot_ids: tuple[int, ...]

    @property
    def what(self) -> str:
        return f"removal of {counted(len(self.shot_ids), 'drawing')} from a page"

    def run(self, studio: Studio) -> Outcome:
        stay, gone = studio.take_back(self.shot_ids)
        return Outcome(None, more=tuple(stay), more_gone=tuple(gone))


def done(command: Command, outcome: Outcome) -> str:
    """Return the message for a finished command."""
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
        case EnrolPage(entries=entries):
            return f"Enrolled {counted(len(entries), 'drawing')} of {counted(len(outcome.glyphs), 'glyph')}."
        case Restore(name=name):
            return f'"{name}" is back.'
    return "Done."


def undone(what: str) -> str:
    return f"Undone: {what}."
