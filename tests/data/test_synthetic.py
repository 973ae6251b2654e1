"""Invented glyphs: always the same for a seed, and as different as real glyphs."""

from __future__ import annotations

import numpy as np
import pytest

from glyphstudio.data.drawings import DataError
from glyphstudio.data.synthetic import load_synthetic
from glyphstudio.data.tasks import TaskShape, TaskStream


def test_an_alphabet_does_not_depend_on_how_many_are_requested() -> None:
    few, many = load_synthetic(2, 3, 2), load_synthetic(3, 4, 3)
    for index in range(len(few)):
        name, drawer = few.characters[few.character[index]], few.drawer[index]
        place = [
            other
            for other in range(len(many))
            if many.characters[many.character[other]] == name and many.drawer[other] == drawer
        ]
        assert len(place) == 1
        assert bool((few.bitmaps[index] == many.bitmaps[place[0]]).all())


def test_another_seed_invents_other_glyphs() -> None:
    assert not bool((load_synthetic(1, 2, 1).bitmaps == load_synthetic(1, 2, 1, seed=1).bitmaps).all())


def test_nothing_is_empty_and_everything_has_its_name() -> None:
    drawings = load_synthetic(3, 5, 4)
    assert len(drawings) == 60
    assert drawings.alphabets == ("Synthetic0000", "Synthetic0001", "Synthetic0002")
    assert drawings.characters[0] == "Synthetic0000/character01"
    assert int(drawings.bitmaps.flatten(1).amax(1).min()) > 200


def test_drawings_of_a_glyph_are_alike_and_none_is_another() -> None:
    drawings = load_synthetic(6, 8, 6, seed=2)
    flat = drawings.bitmaps.flatten(1).double().numpy()
    apart = np.sqrt(np.maximum((flat**2).sum(1)[:, None] + (flat**2).sum(1)[None] - 2 * flat @ flat.T, 0))
    same = drawings.character[:, None] == drawings.character[None]
    off_diagonal = ~np.eye(len(flat), dtype=bool)
    assert apart[same & off_diagonal].min() > 0
    assert apart[same & off_diagonal].mean() < 0.8 * apart[~same].mean()


def test_tasks_can_be_drawn_from_it() -> None:
    batch = TaskStream(load_synthetic(2, 6, 4), TaskShape(5, 1, 2), within=0.5, alphabets=2, variants=True).batch(0)
    assert batch.query.shape[:3] == (1, 5, 2)


@pytest.mark.parametrize("counts", [(0, 1, 1), (1, 0, 1), (1, 1, 0)])
def test_numbers_below_one_are_refused(counts: tuple[int, int, int]) -> None:
    with pytest.raises(DataError, match="need at least"):
        load_synthetic(*counts)


def test_progress_is_reported() -> None:
    heard = []
    load_synthetic(2, 3, 1, on_progress=lambda done, total: heard.append((done, total)))
    assert heard == [(number, 6) for number in range(1, 7)]
