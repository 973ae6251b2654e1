"""Omniglot's pen strokes: both kinds of file, and files that are neither."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from glyphstudio.data.drawings import DataError
from glyphstudio.data.rewriting.strokes import load_strokes
from tests.data.rewriting.pens import archive, arrays, written


def test_an_archive_has_every_drawing(tmp_path: Path) -> None:
    drawings = written()
    found = load_strokes(archive(tmp_path, drawings))
    assert found.keys() == drawings.keys()
    for key, strokes in drawings.items():
        assert len(found[key]) == len(strokes)
        for got, stroke in zip(found[key], strokes, strict=True):
            np.testing.assert_allclose(got, stroke, atol=1e-5)


def test_an_npz_file_has_the_same(tmp_path: Path) -> None:
    drawings = written()
    found = load_strokes(arrays(tmp_path, drawings))
    assert found.keys() == drawings.keys()
    for key, strokes in drawings.items():
        for got, stroke in zip(found[key], strokes, strict=True):
            np.testing.assert_allclose(got, stroke, atol=0.1)  # sixths of a pixel


def test_an_unpacked_folder(tmp_path: Path) -> None:
    with zipfile.ZipFile(archive(tmp_path, written(3))) as file:
        file.extractall(tmp_path / "unpacked")
    assert load_strokes(tmp_path / "unpacked").keys() == written(3).keys()


def _npz(folder: Path, **changed: np.ndarray) -> Path:
    with np.load(arrays(folder, written(2))) as file:
        both = {**file, **changed}
    path = folder / "changed.npz"
    np.savez(path, **both)
    return path


def _text(folder: Path, text: str) -> Path:
    place = folder / "Gothic" / "character01"
    place.mkdir(parents=True)
    (place / "0001_01.txt").write_text(text)
    return folder


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda folder: _text(folder, "START\n1,2\nBREAK\n"), "0001_01.txt is not a drawing of Omniglot's strokes"),
        (lambda folder: _text(folder, "hello"), "0001_01.txt is not a drawing of Omniglot's strokes"),
        (lambda folder: _text(folder, "START\nBREAK\n"), "have no places on paper"),
        (lambda folder: _text(folder, "START\nnan,1,0\n"), "have no places on paper"),
        (lambda folder: folder, "no ALPHABET/characterNN/IDID_DD.txt"),
        (lambda folder: _npz(folder, length=np.array([3, 3])), "do not fit together"),
        (lambda folder: _npz(folder, character=np.array(["one"])), "cannot be read|can be read"),
        (lambda folder: _npz(folder, stroke3=np.array([object()], dtype=object)), "can be read"),
        (lambda folder: folder / "missing.npz", "can be read"),
    ],
)
def test_other_files_get_a_sentence(tmp_path: Path, make: Callable[[Path], Path], says: str) -> None:
    with pytest.raises(DataError, match=says):
        load_strokes(make(tmp_path))


def test_the_real_strokes_lie_on_their_pictures(real_omniglot: Path) -> None:
    found = load_strokes(real_omniglot / "strokes_background_small1.zip")
    assert len({name for name, _ in found}) > 100
    points = np.concatenate([point for strokes in list(found.values())[:200] for point in strokes])
    assert points.min() >= 0
    assert points.max() <= 110  # pixels of pictures 105 pixels wide
