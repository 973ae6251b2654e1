"""The official one-shot runs: their layout, packed or not, in any number and case, and wrong layouts."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from glyphstudio.data.drawings import DataError
from glyphstudio.data.oneshot_runs import load_runs
from glyphstudio.glyphs.picture import Picture
from glyphstudio.glyphs.render import BITMAP_SIZE, render_picture
from tests.data.conftest import drawing

WAYS = 4


def answers(run: int) -> list[int]:
    return [int(way) for way in np.random.default_rng(run).permutation(WAYS)]


def make_runs(root: Path, runs: int = 2, suffix: str = ".png") -> Path:
    """Like Lake's all_runs: test picture i of a run shows the character of training picture answers(run)[i]."""
    for run in range(1, runs + 1):
        folder = root / f"run{run:02}"
        for part in ("training", "test"):
            (folder / part).mkdir(parents=True)
        lines = []
        for way in range(WAYS):
            (folder / "training" / f"class{way + 1:02}{suffix}").write_bytes(drawing(10 * run + way, 1))
        for item, way in enumerate(answers(run)):
            (folder / "test" / f"item{item + 1:02}{suffix}").write_bytes(drawing(10 * run + way, 2))
            lines.append(f"run{run:02}/test/item{item + 1:02}.png run{run:02}/training/class{way + 1:02}.png")
        (folder / "class_labels.txt").write_text("\n".join(lines) + "\n")
    return root


def zipped(root: Path, path: Path, prefix: str = "") -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(root.rglob("*")):
            archive.write(file, prefix + file.relative_to(root).as_posix())
    return path


@pytest.mark.parametrize("runs", [1, 2, 11])
def test_any_number_of_runs_in_order(tmp_path: Path, runs: int) -> None:
    loaded = load_runs(make_runs(tmp_path / "all_runs", runs))
    assert [run.name for run in loaded] == [f"run{number:02}" for number in range(1, runs + 1)]
    for number, run in enumerate(loaded, start=1):
        assert run.support.shape == run.query.shape == (WAYS, 1, BITMAP_SIZE, BITMAP_SIZE)
        assert run.answers.tolist() == answers(number)


def test_ways_are_the_training_pictures_by_name(tmp_path: Path) -> None:
    root = make_runs(tmp_path / "all_runs", 1)
    (run,) = load_runs(root)
    for way in range(WAYS):
        grey = np.array(Image.open(root / f"run01/training/class{way + 1:02}.png").convert("L"))
        assert np.array_equal(run.support[way, 0].numpy(), render_picture(Picture(grey)))
    for item in range(WAYS):
        grey = np.array(Image.open(root / f"run01/test/item{item + 1:02}.png").convert("L"))
        assert np.array_equal(run.query[item, 0].numpy(), render_picture(Picture(grey)))


def test_folder_archive_and_nested_prefix_give_the_same_runs(tmp_path: Path) -> None:
    root = make_runs(tmp_path / "all_runs")
    plain = load_runs(root)
    packings = [
        tmp_path,
        zipped(root, tmp_path / "all_runs.zip"),
        zipped(root, tmp_path / "deep.zip", "omniglot/python/one-shot-classification/all_runs/"),
    ]
    for packing in packings:
        other = load_runs(packing)
        assert [run.name for run in other] == [run.name for run in plain]
        for one, two in zip(plain, other, strict=True):
            assert np.array_equal(one.query, two.query)
            assert one.answers.tolist() == two.answers.tolist()


def test_case_does_not_matter(tmp_path: Path) -> None:
    root = make_runs(tmp_path / "all_runs", suffix=".PNG")
    (root / "run02").rename(root / "RUN02")
    (root / "RUN02" / "class_labels.txt").rename(root / "RUN02" / "CLASS_LABELS.TXT")
    assert [run.answers.tolist() for run in load_runs(root)] == [answers(1), answers(2)]


def test_blank_lines_other_line_ends_and_backslashes(tmp_path: Path) -> None:
    root = make_runs(tmp_path / "all_runs", 1)
    labels = root / "run01/class_labels.txt"
    labels.write_bytes(b"\r\n" + labels.read_bytes().replace(b"\n", b" \r\n\r\n").replace(b"/", b"\\"))
    assert load_runs(root)[0].answers.tolist() == answers(1)


def test_runs_may_have_more_queries_than_ways(tmp_path: Path) -> None:
    root = make_runs(tmp_path / "all_runs", 1)
    labels = root / "run01/class_labels.txt"
    labels.write_text(labels.read_text() * 2)
    (run,) = load_runs(root)
    assert (len(run.support), len(run.query), run.answers.tolist()) == (WAYS, 2 * WAYS, answers(1) * 2)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "must name a test picture and a training picture in every line"),
        ("run01/test/item01.png\n", "must name a test picture and a training picture"),
        ("one two three\n", "must name a test picture and a training picture"),
        ("run01/test/item01.png run01/training/class01.png\n" * 1001, "must name"),
        ("run01/test/item09.png run01/training/class01.png\n", "names run01/test/item09.png, which is not there"),
        ("run01/test/item01.png run01/training/class09.png\n", "names run01/training/class09.png, which is not there"),
        ("run01/test/item01.png run01/test/item02.png\n", "names a training picture outside"),
        ("run01/test/item01.png ../../../etc/passwd\n", "which is not there"),
        ("run01/test/item01.png run02/training/class01.png\n", "names a training picture outside"),
        ("\x00\xff\x80 \x00\n", "which is not there"),
        ("x" * (1 << 21), "larger than any file of Omniglot"),
    ],
)
def test_wrong_labels_are_reported_with_their_file(tmp_path: Path, content: str, said: str) -> None:
    root = make_runs(tmp_path / "all_runs")
    (root / "run01/class_labels.txt").write_bytes(content.encode("latin-1"))
    with pytest.raises(DataError, match=said) as raised:
        load_runs(root)
    assert "run01/class_labels.txt" in str(raised.value)


def test_missing_parts_are_reported(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="There is no file or folder"):
        load_runs(tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match=r"empty has no runNN/class_labels\.txt"):
        load_runs(tmp_path / "empty")
    root = make_runs(tmp_path / "all_runs")
    shutil.rmtree(root / "run02/training")
    with pytest.raises(
        DataError, match=r"run02/class_labels\.txt names run02/training/class0\d\.png, which is not there"
    ):
        load_runs(root)


def test_a_corrupt_or_blank_picture_is_named(tmp_path: Path) -> None:
    root = make_runs(tmp_path / "all_runs")
    (root / "run02/test/item03.png").write_bytes(b"no picture")
    with pytest.raises(DataError, match=r"run02/test/item03\.png cannot be read"):
        load_runs(root)
    Image.new("1", (105, 105), 1).save(root / "run02/test/item03.png")
    with pytest.raises(DataError, match=r"run02/test/item03\.png: No ink was found"):
        load_runs(root)


def test_a_damaged_archive_is_reported(tmp_path: Path) -> None:
    path = zipped(make_runs(tmp_path / "all_runs"), tmp_path / "all_runs.zip")
    data = path.read_bytes()
    place = data.index(b"run01/test/item01.png run01")
    path.write_bytes(data[:place] + b"RUN" + data[place + 3 :])  # the checksum no longer fits
    with pytest.raises(DataError, match=r"run01/class_labels\.txt cannot be read"):
        load_runs(path)
