"""Redrawn drawings: their names, the cache, and that nothing of them is held out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import platformdirs
import pytest

from glyphstudio.data.drawings import DataError, Drawings
from glyphstudio.data.rewriting import redrawn
from glyphstudio.data.rewriting.likeness import blurred
from glyphstudio.data.rewriting.redrawn import load_redrawn
from glyphstudio.data.splits import Split
from glyphstudio.sources import load_part, load_source
from tests.data.rewriting.pens import SHAPES, archive, arrays, written


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache"
    monkeypatch.setattr(platformdirs, "user_cache_path", lambda *_, **__: folder)
    return folder / "drawings"


def test_each_drawing_is_written_again_and_characters_get_relatives(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    drawings = load_redrawn(archive(tmp_path, written(9)), lambda done, total: seen.append((done, total)))
    originals = [name for name in drawings.characters if "~" not in name]
    relatives = [name for name in drawings.characters if "~" in name]
    assert originals == sorted(SHAPES)
    assert relatives
    assert {name.split("~")[0] for name in relatives} <= SHAPES.keys()
    counts = np.bincount(drawings.character)
    assert set(counts.tolist()) == {9 * redrawn._WRITINGS}
    assert len(np.unique(np.stack([drawings.character, drawings.drawer]), axis=1)[0]) == len(drawings)
    assert int(drawings.bitmaps.flatten(1).amax(1).min()) > 200
    assert seen[-1] == (2 * len(SHAPES), 2 * len(SHAPES))


def test_a_relative_is_unlike_every_character_of_its_alphabet(tmp_path: Path) -> None:
    drawings = load_redrawn(archive(tmp_path, written(9)))
    means = [
        blurred(drawings.bitmaps.numpy()[drawings.character == index].mean(0))
        for index in range(len(drawings.characters))
    ]
    for index, name in enumerate(drawings.characters):
        for other, mean in enumerate(means):
            if "~" in name and other != index and drawings.alphabet[other] == drawings.alphabet[index]:
                assert float(means[index] @ mean) <= redrawn._ALIKE


def test_the_second_time_they_come_from_the_cache(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = arrays(tmp_path, written(9))
    first = load_redrawn(path)
    assert len(list(cache.glob("*.npz"))) == 1
    monkeypatch.setattr(redrawn, "load_strokes", lambda _: pytest.fail("read again"))
    again = load_redrawn(path)
    assert again.characters == first.characters
    assert bool((again.bitmaps == first.bitmaps).all())


def test_other_drawings_do_not_change_a_writing(tmp_path: Path) -> None:
    few = {key: strokes for key, strokes in written(9).items() if key[0].startswith("Greek")}
    alone = load_redrawn(archive(tmp_path, few))
    together = load_redrawn(archive(tmp_path, written(9)))

    def of(drawings: Drawings) -> np.ndarray:
        return drawings.only(["Greek"]).at(np.arange(9)).bitmaps.numpy()

    np.testing.assert_array_equal(of(alone), of(together))


def test_they_are_extra_drawings_and_never_held_out(tmp_path: Path) -> None:
    source = load_source(["synthetic:2", f"strokes:{archive(tmp_path, written(9))}"])
    assert source.extra is not None and any(name.startswith("Gothic") for name in source.extra.characters)
    assert not any(name.startswith("Korean") for name in source.extra.characters)  # a validation alphabet
    assert all(name.startswith("Synthetic") for name in source.held_out.characters)
    assert "Redrawn strokes" in source.described


def test_they_are_never_measured_on(tmp_path: Path) -> None:
    for part in Split:
        names = ["synthetic:2", f"strokes:{archive(tmp_path, written(9))}"]
        if part is Split.ALL:
            with pytest.raises(DataError, match="only for training"):
                load_part(names, part)
        else:
            assert all(name.startswith("Synthetic") for name in load_part(names, part).characters)


def test_strokes_alone_leave_nothing_to_measure_on(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="only for training"):
        load_source([f"strokes:{archive(tmp_path, written(9))}"])
