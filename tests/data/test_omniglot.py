"""Omniglot: the official layout in every packing, the cache, and data that is not Omniglot."""

from __future__ import annotations

import io
import os
import shutil
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import platformdirs
import pytest
from PIL import Image

from glyphstudio.data import cache as cache_module
from glyphstudio.data import omniglot
from glyphstudio.data.drawings import DataError, Drawings
from glyphstudio.data.omniglot import load_omniglot
from glyphstudio.data.splits import Split, split
from glyphstudio.glyphs.picture import Picture
from glyphstudio.glyphs.render import BITMAP_SIZE, RENDERER_VERSION, STYLE, Bitmap, RenderStyle, render_picture

Make = Callable[..., Path]


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Set the cache's folder, on any system."""
    folder = tmp_path / "cache"
    monkeypatch.setattr(platformdirs, "user_cache_path", lambda *_, **__: folder)
    return folder / "drawings"


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch) -> list[Picture]:
    """Collect the pictures that are rendered; none if all come from the cache."""
    pictures: list[Picture] = []

    def render(picture: Picture, style: RenderStyle = STYLE) -> Bitmap:
        pictures.append(picture)
        return render_picture(picture, style)

    monkeypatch.setattr(omniglot, "render_picture", render)
    return pictures


def zipped(root: Path, path: Path, prefix: str = "images_background/") -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(root.rglob("*")):
            if file.is_file():
                archive.write(file, prefix + file.relative_to(root).as_posix())
    return path


def same(one: Drawings, other: Drawings) -> bool:
    return (
        bool((one.bitmaps == other.bitmaps).all())
        and (one.characters, one.alphabets) == (other.characters, other.alphabets)
        and one.character.tolist() == other.character.tolist()
        and one.drawer.tolist() == other.drawer.tolist()
        and one.alphabet.tolist() == other.alphabet.tolist()
    )


def test_a_folder_in_the_official_layout(tmp_path: Path, make_omniglot: Make) -> None:
    root = make_omniglot(tmp_path / "images_background")
    drawings = load_omniglot(root)
    assert drawings.alphabets == ("Greek", "Latin")
    assert drawings.characters[0] == "Greek/character01"
    assert (len(drawings), len(drawings.characters)) == (12, 6)
    assert drawings.bitmaps.shape == (12, BITMAP_SIZE, BITMAP_SIZE)
    assert drawings.drawer.tolist() == [1, 2] * 6
    name = root / "Latin/character02/0005_02.png"
    expected = render_picture(Picture(np.array(Image.open(name).convert("L"))))
    at = [drawings.characters[index] for index in drawings.character].index("Latin/character02") + 1
    assert np.abs(drawings.bitmaps[at].numpy() / 255 - expected).max() <= 0.5 / 255 + 1e-6


def test_any_style_can_be_asked_for(tmp_path: Path, make_omniglot: Make) -> None:
    root = make_omniglot(tmp_path / "data")
    assert load_omniglot(root, style=RenderStyle(size=20, stroke=1.5)).bitmaps.shape == (12, 20, 20)
    assert load_omniglot(root).bitmaps.shape[1] == BITMAP_SIZE


def test_all_packings_give_the_same_drawings(tmp_path: Path, make_omniglot: Make) -> None:
    root = make_omniglot(tmp_path / "plain" / "images_background")
    plain = load_omniglot(root)
    assert same(plain, load_omniglot(root.parent))
    assert same(plain, load_omniglot(zipped(root, tmp_path / "images_background.zip")))
    assert same(plain, load_omniglot(zipped(root, tmp_path / "deep.zip", "omniglot-master/python/images_background/")))
    assert same(plain, load_omniglot(zipped(root, tmp_path / "bare.zip", "")))
    holder = tmp_path / "holder"
    holder.mkdir()
    zipped(root, holder / "Images_Background.ZIP")
    assert same(plain, load_omniglot(holder))
    shutil.copytree(root, tmp_path / "nested" / "omniglot" / "python" / "images_background")
    assert same(plain, load_omniglot(tmp_path / "nested"))


def test_a_folder_of_several_sets_means_the_background_set(tmp_path: Path, make_omniglot: Make) -> None:
    make_omniglot(tmp_path / "both" / "images_background", ("Greek",))
    make_omniglot(tmp_path / "both" / "images_evaluation", ("Angelic",))
    assert load_omniglot(tmp_path / "both").alphabets == ("Greek",)
    assert load_omniglot(tmp_path / "both" / "images_evaluation").alphabets == ("Angelic",)


def test_a_drawing_that_two_sets_share_counts_once(tmp_path: Path, make_omniglot: Make) -> None:
    make_omniglot(tmp_path / "sets" / "images_background_small1", ("Greek", "Latin"))
    make_omniglot(tmp_path / "sets" / "images_background_small2", ("Greek", "Latin", "Tagalog"))
    drawings = load_omniglot(tmp_path / "sets")
    assert (len(drawings), drawings.alphabets) == (18, ("Greek", "Latin", "Tagalog"))


def test_case_of_suffix_and_other_files_do_not_matter(tmp_path: Path, make_omniglot: Make) -> None:
    root = make_omniglot(tmp_path / "data", suffix=".PNG")
    for name in ("README.md", "Greek/character01/.DS_Store", "Greek/character01/._0001_01.png", "Greek/notes.png"):
        (root / name).write_text("not a drawing")
    assert len(load_omniglot(root)) == 12


def test_progress_ends_at_the_last_drawing(tmp_path: Path, make_omniglot: Make) -> None:
    root = make_omniglot(tmp_path / "data", drawers=12)
    seen: list[tuple[int, int]] = []
    load_omniglot(root, lambda done, total: seen.append((done, total)))
    assert seen == [(64, 72), (72, 72)]


# The cache


@pytest.mark.parametrize("packed", [False, True])
def test_the_second_load_comes_from_the_cache(
    tmp_path: Path, make_omniglot: Make, rendered: list[Picture], packed: bool
) -> None:
    source = make_omniglot(tmp_path / "data")
    if packed:
        source = zipped(source, tmp_path / "data.zip")
    first = load_omniglot(source)
    assert len(rendered) == 12
    assert same(load_omniglot(source), first)
    assert len(rendered) == 12


def test_each_renderer_and_style_has_its_own_cache(
    tmp_path: Path, make_omniglot: Make, rendered: list[Picture], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_omniglot(tmp_path / "data")
    load_omniglot(root)
    load_omniglot(root, style=RenderStyle(size=20))
    assert len(rendered) == 24
    monkeypatch.setattr(omniglot, "RENDERER_VERSION", RENDERER_VERSION + 1)
    load_omniglot(root)
    assert len(rendered) == 36


def test_changed_data_is_rendered_again(tmp_path: Path, make_omniglot: Make, rendered: list[Picture]) -> None:
    root = make_omniglot(tmp_path / "data")
    before = load_omniglot(root)
    first, second = root / "Greek/character01/0001_01.png", root / "Greek/character01/0001_02.png"
    longest = max(first.stat().st_size, second.stat().st_size)
    first.write_bytes(first.read_bytes().ljust(longest, b"\0"))
    load_omniglot(root)
    rendered.clear()
    first.write_bytes(second.read_bytes().ljust(longest, b"\0"))  # in place, same size: only its time has changed
    after = load_omniglot(root)
    assert len(rendered) == 12
    assert bool((after.bitmaps[0] == before.bitmaps[1]).all())
    second.unlink()
    assert len(load_omniglot(root)) == 11
    archive = zipped(root, tmp_path / "data.zip")
    load_omniglot(archive)
    done = len(rendered)
    zipped(make_omniglot(tmp_path / "other", ("Tagalog",)), archive)
    assert load_omniglot(archive).alphabets == ("Tagalog",)
    assert len(rendered) == done + 6


@pytest.mark.parametrize("harm", ["empty", "cut", "noise", "flipped", "another", "pickle"])
def test_a_broken_cache_is_made_again(
    tmp_path: Path, make_omniglot: Make, rendered: list[Picture], cache: Path, harm: str
) -> None:
    root = make_omniglot(tmp_path / "data")
    first = load_omniglot(root)
    (file,) = cache.iterdir()
    data = file.read_bytes()
    if harm == "another":
        np.savez(file, bitmaps=np.zeros((12, 3, 3), np.uint8), names=np.array(["A/b"] * 12), drawers=np.ones(12, int))
    elif harm == "pickle":
        np.savez(file, bitmaps=np.array([{}], dtype=object), names=np.array(["A/b"]), drawers=np.ones(1, int))
    else:
        middle = len(data) // 2
        file.write_bytes(
            {
                "empty": b"",
                "cut": data[:middle],
                "noise": np.random.default_rng(0).bytes(5000),
                "flipped": data[:middle]
                + bytes(byte ^ 255 for byte in data[middle : middle + 40])
                + data[middle + 40 :],
            }[harm]
        )
    assert same(load_omniglot(root), first)
    assert len(rendered) == 24
    assert same(load_omniglot(root), first)
    assert len(rendered) == 24, "the cache was not made again"


def test_a_cache_that_cannot_be_written_costs_only_time(
    tmp_path: Path, make_omniglot: Make, rendered: list[Picture], cache: Path
) -> None:
    cache.parent.mkdir()
    cache.write_text("a file where the folder should be")
    root = make_omniglot(tmp_path / "data")
    assert same(load_omniglot(root), load_omniglot(root))
    assert len(rendered) == 24


def test_the_caches_read_longest_ago_are_removed(
    tmp_path: Path, make_omniglot: Make, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache_module, "MOST_KEPT", 2)
    cache.mkdir(parents=True)
    for age, name in enumerate(("older.npz", "oldest.npz")):
        (cache / name).write_bytes(b"x")
        os.utime(cache / name, (1000 - age, 1000 - age))
    load_omniglot(make_omniglot(tmp_path / "omniglot"))
    assert len(list(cache.iterdir())) == 2
    assert not (cache / "oldest.npz").exists()


def test_nothing_is_left_beside_the_cache(tmp_path: Path, make_omniglot: Make, cache: Path) -> None:
    load_omniglot(make_omniglot(tmp_path / "data"))
    assert [file.suffix for file in cache.iterdir()] == [".npz"]


# Bad input


def test_data_that_is_not_omniglot_gets_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"There is no file or folder .*nowhere\. Check the path\."):
        load_omniglot(tmp_path / "nowhere")
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "cat.png").write_bytes(b"")
    with pytest.raises(DataError, match=r"photos is not Omniglot: .*data fetch omniglot"):
        load_omniglot(tmp_path / "photos")
    for content in (b"", b"text", b"PK\x03\x04 cut off"):
        (tmp_path / "file.zip").write_bytes(content)
        with pytest.raises(DataError, match="neither a folder nor a readable zip archive"):
            load_omniglot(tmp_path / "file.zip")


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("content", [b"", b"no picture", b"\x89PNG\r\n\x1a\n" + bytes(30), b"x" * (1 << 21)])
def test_a_corrupt_drawing_is_named(tmp_path: Path, make_omniglot: Make, content: bytes, packed: bool) -> None:
    source = make_omniglot(tmp_path / "data")
    (source / "Latin/character02/0005_01.png").write_bytes(content)
    if packed:
        source = zipped(source, tmp_path / "data.zip")
    with pytest.raises(DataError, match=r"Latin/character02/0005_01\.png .*[.?]$"):
        load_omniglot(source)


def test_a_cut_off_drawing_is_named(tmp_path: Path, make_omniglot: Make) -> None:
    root = make_omniglot(tmp_path / "data")
    file = root / "Latin/character02/0005_01.png"
    file.write_bytes(file.read_bytes()[:80])
    with pytest.raises(DataError, match=r"Latin/character02/0005_01\.png cannot be read"):
        load_omniglot(root)


@pytest.mark.parametrize("side", [2000, 100_000])
def test_a_huge_drawing_is_refused_from_its_header(tmp_path: Path, make_omniglot: Make, side: int) -> None:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    root = make_omniglot(tmp_path / "data")
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0))
    body = chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    (root / "Latin/character02/0005_01.png").write_bytes(b"\x89PNG\r\n\x1a\n" + header + body)
    with pytest.raises(DataError, match=r"Latin/character02/0005_01\.png"):
        load_omniglot(root)


def test_a_blank_drawing_is_named(tmp_path: Path, make_omniglot: Make) -> None:
    root = make_omniglot(tmp_path / "data")
    Image.new("1", (105, 105), 1).save(root / "Greek/character03/0003_02.png")
    with pytest.raises(DataError, match=r"Greek/character03/0003_02\.png: No ink was found"):
        load_omniglot(root)


@pytest.mark.parametrize("seed", range(8))
def test_a_damaged_archive_never_ends_in_a_traceback(tmp_path: Path, make_omniglot: Make, seed: int) -> None:
    archive = zipped(make_omniglot(tmp_path / "data"), tmp_path / "data.zip")
    data = bytearray(archive.read_bytes())
    rng = np.random.default_rng(seed)
    for place in rng.integers(0, len(data), 30):
        data[place] = rng.integers(256)
    archive.write_bytes(data)
    try:
        drawings = load_omniglot(archive)
    except DataError as error:
        assert str(error).endswith((".", "?"))
    else:
        assert 0 < len(drawings) <= 12


def test_an_unreadable_folder_gets_a_sentence(
    tmp_path: Path, make_omniglot: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_omniglot(tmp_path / "data")

    def refuse(self: Path) -> None:
        raise PermissionError(13, "Permission denied", str(self))

    with monkeypatch.context() as patch:  # root may read anything, so no file mode would help
        patch.setattr(Path, "iterdir", refuse)
        with pytest.raises(DataError, match=r"cannot be read \(Permission denied\)\. Check its permissions\."):
            load_omniglot(root)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", lambda self, *_: refuse(self))
        with pytest.raises(DataError, match=r"Greek/character01/0001_01\.png cannot be read"):
            load_omniglot(root)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="the superuser may read everything")
def test_a_forbidden_folder_gets_a_sentence(tmp_path: Path, make_omniglot: Make) -> None:
    root = make_omniglot(tmp_path / "data")
    root.chmod(0)
    try:
        with pytest.raises(DataError):
            load_omniglot(root)
    finally:
        root.chmod(0o755)


# The real one


def test_the_real_omniglot_is_whole(real_omniglot: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Counts without thinning every drawing, which would take a minute; the next test checks how they render.
    def small(picture: Picture, style: RenderStyle = STYLE) -> Bitmap:
        assert picture.grey.shape == (105, 105)
        assert set(np.unique(picture.grey)) == {0, 255}
        side = (style.size, style.size)
        bitmap: Bitmap = np.array(Image.fromarray(picture.grey).resize(side, Image.Resampling.BOX), np.float32)
        return bitmap

    monkeypatch.setattr(omniglot, "render_picture", small)
    drawings = load_omniglot(real_omniglot)
    assert (len(drawings), len(drawings.characters), len(drawings.alphabets)) == (19_280, 964, 30)
    assert (np.bincount(drawings.character) == 20).all()
    assert sorted(set(drawings.drawer.tolist())) == list(range(1, 21))
    assert len(set(zip(drawings.character.tolist(), drawings.drawer.tolist(), strict=True))) == 19_280
    train, validation = split(drawings, Split.TRAIN), split(drawings, Split.VALIDATION)
    assert (len(train.characters), len(train.alphabets)) == (797, 25)
    assert (len(validation.characters), len(validation.alphabets)) == (167, 5)


def test_real_drawings_render_with_ink_and_paper(real_omniglot: Path) -> None:
    archive = zipfile.ZipFile(real_omniglot / "images_background.zip")
    names = sorted(name for name in archive.namelist() if name.endswith(".png"))[::97]
    assert len(names) > 150
    for name in names:
        bitmap = render_picture(Picture(np.array(Image.open(io.BytesIO(archive.read(name))).convert("L"))))
        assert 0.003 < bitmap.mean() < 0.6, name
