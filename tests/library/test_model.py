"""After any sequence of changes, undos and restarts, the library equals plain Python values."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from glyphstudio.glyphs.ink import Ink
from glyphstudio.library.library import DuplicateName, Library, LibraryError
from glyphstudio.names import natural_key

NAMES = st.sampled_from(["a", "A", "b2", "b10", "é", "e\u0301", "שלום"])
NUMBERS = st.integers(0, 10_000)


def ink(number: int) -> Ink:
    return Ink.of([[(number / 10_000, 0.5)]])


class Model(RuleBasedStateMachine):
    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.glyphs: dict[int, tuple[str, dict[int, Ink]]] = {}  # glyph id -> name, shot id -> ink
        self.undo: list[Any] = []  # (the library's Removed, and what the model lost)
        self.open()

    def open(self) -> None:
        self.library = Library.open(Path(self.folder.name) / "signs.glyphs")
        # Another test covers durability; here syncs would only be slow.
        self.library._connection.execute("PRAGMA synchronous = OFF")

    def teardown(self) -> None:
        if hasattr(self, "library"):
            self.library.close()
            self.folder.cleanup()

    def named(self, name: str) -> int | None:
        same = natural_key(name)
        return next((id for id, (other, _) in self.glyphs.items() if natural_key(other) == same), None)

    def pick(self, data: st.DataObject) -> int | None:
        return data.draw(st.sampled_from(sorted(self.glyphs))) if self.glyphs else None

    @rule(name=NAMES, number=NUMBERS)
    def enrol(self, name: str, number: int) -> None:
        taken = self.named(name)
        if taken is not None:
            with pytest.raises(DuplicateName) as caught:
                self.library.enrol(name, ink(number))
            assert caught.value.glyph.id == taken
            return
        glyph = self.library.enrol(name, ink(number))
        assert glyph.id not in self.glyphs
        self.glyphs[glyph.id] = (glyph.name, {glyph.shots[0].id: ink(number)})

    @rule(data=st.data(), number=NUMBERS)
    def add_shot(self, data: st.DataObject, number: int) -> None:
        if (glyph := self.pick(data)) is not None:
            self.glyphs[glyph][1][self.library.add_shot(glyph, ink(number)).id] = ink(number)

    @rule(data=st.data(), name=NAMES)
    def rename(self, data: st.DataObject, name: str) -> None:
        if (glyph := self.pick(data)) is None:
            return
        if self.named(name) in (None, glyph):
            self.glyphs[glyph] = (self.library.rename(glyph, name).name, self.glyphs[glyph][1])
        else:
            with pytest.raises(DuplicateName):
                self.library.rename(glyph, name)

    @rule(data=st.data())
    def delete_glyph(self, data: st.DataObject) -> None:
        if (glyph := self.pick(data)) is not None:
            name, shots = self.glyphs.pop(glyph)
            self.undo.append((self.library.delete_glyph(glyph), glyph, name, dict(shots)))

    @rule(data=st.data())
    def delete_shot(self, data: st.DataObject) -> None:
        if (glyph := self.pick(data)) is None:
            return
        shots = self.glyphs[glyph][1]
        shot = data.draw(st.sampled_from(sorted(shots)))
        if len(shots) == 1:
            with pytest.raises(LibraryError, match="only drawing"):
                self.library.delete_shot(shot)
        else:
            self.undo.append((self.library.delete_shot(shot), glyph, None, {shot: shots.pop(shot)}))

    @rule(data=st.data())
    def restore(self, data: st.DataObject) -> None:
        if not self.undo:
            return
        index = data.draw(st.integers(0, len(self.undo) - 1))
        removed, glyph, name, shots = self.undo[index]
        possible = glyph in self.glyphs if name is None else self.named(name) is None
        if not possible:
            with pytest.raises(LibraryError):
                self.library.restore(removed)
            return
        assert self.library.restore(removed).id == glyph
        del self.undo[index]
        if name is None:
            self.glyphs[glyph][1].update(shots)
        else:
            self.glyphs[glyph] = (name, shots)

    @rule()
    def restart(self) -> None:
        self.library.close()
        self.open()

    @invariant()
    def equal(self) -> None:
        if not hasattr(self, "library"):
            return
        glyphs = self.library.glyphs()
        found = {glyph.id: (glyph.name, {shot.id: shot.drawing for shot in glyph.shots}) for glyph in glyphs}
        assert found == self.glyphs
        order = [natural_key(glyph.name) for glyph in glyphs]
        assert order == sorted(order)
        for glyph in glyphs:
            assert [shot.id for shot in glyph.shots] == sorted(self.glyphs[glyph.id][1])
            assert all(shot.glyph_id == glyph.id for shot in glyph.shots)


Model.TestCase.settings = settings(max_examples=30, stateful_step_count=25, deadline=None)
TestAgainstAPlainDict = Model.TestCase
