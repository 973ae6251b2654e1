"""Own data: any folder in Omniglot's layout, any class folder, any format; hostile folders stay bounded."""

from __future__ import annotations

import os
import shutil
import sys
import zipfile
from pathlib import Path

import pytest

from glyphstudio.data import class_folders as reader
from glyphstudio.data import folders
from glyphstudio.data.drawings import DataError, Drawings
from glyphstudio.data.omniglot import load_omniglot
from glyphstudio.data.pictures import load_pictures
from glyphstudio.glyphs.export import to_inkml
from glyphstudio.glyphs.ink import Ink
from tests.own_data import class_folders, own_alphabets, scribble


def zipped(root: Path, archive: Path, prefix: str = "") -> Path:
    with zipfile.ZipFile(archive, "w") as file:
        for path in sorted(root.rglob("*")):
            if path.is_file():
                file.write(path, prefix + path.relative_to(root).as_posix())
    return archive


def counts(drawings: Drawings) -> dict[str, int]:
    return {name: int((drawings.character == index).sum()) for index, name in enumerate(drawings.characters)}


def test_a_folder_for_each_glyph(tmp_path: Path) -> None:
    drawings, notes = load_pictures(class_folders(tmp_path / "signs"))
    assert counts(drawings) == {f"signs/{name}": 4 for name in ("ankh", "hand", "owl", "reed")}
    assert sorted(drawings.drawer.tolist()) == [0] * 4 + [1] * 4 + [2] * 4 + [3] * 4
    assert drawings.bitmaps.amax(dim=(1, 2)).min() > 200
    assert notes == ()


def test_the_same_in_a_zip(tmp_path: Path) -> None:
    root = class_folders(tmp_path / "signs")
    plain, _ = load_pictures(root)
    packed, _ = load_pictures(zipped(root, tmp_path / "signs.zip"))
    assert packed.characters == plain.characters
    assert (packed.bitmaps == plain.bitmaps).all()
    for prefix in ("./", "deep/"):
        assert len(load_pictures(zipped(root, tmp_path / f"{prefix[0]}.zip", prefix))[0].characters) == 4
    with zipfile.ZipFile(tmp_path / "windows.zip", "w") as file:
        for path in root.rglob("*.png"):
            file.writestr(f"signs\\{path.parent.name}\\{path.name}", path.read_bytes())
    assert load_pictures(tmp_path / "windows.zip")[0].characters == plain.characters


def test_any_depth_and_folders_that_only_sort(tmp_path: Path) -> None:
    root = tmp_path / "data"
    class_folders(root / "Egypt" / "birds", ("owl", "ibis"))
    class_folders(root / "Maya", ("owl",))
    assert load_pictures(root)[0].characters == ("Egypt∕birds/ibis", "Egypt∕birds/owl", "Maya/owl")
    sorted_ = tmp_path / "sorted"
    for part in ("train", "val", "Test"):
        class_folders(sorted_ / part, ("owl", "ibis"), 2)
    assert counts(load_pictures(sorted_)[0]) == {"sorted/ibis": 6, "sorted/owl": 6}


@pytest.mark.parametrize("suffix", [".jpg", ".JPG", ".webp", ".bmp", ".gif", ".tif", ".ppm"])
def test_other_formats(tmp_path: Path, suffix: str) -> None:
    drawings, notes = load_pictures(class_folders(tmp_path / "signs", suffix=suffix))
    assert len(drawings) == 16
    assert notes == ()


def test_ink_and_pictures_side_by_side(tmp_path: Path) -> None:
    root = class_folders(tmp_path / "signs", drawings=2)
    for name in ("ankh", "owl"):
        (root / name / "3.inkml").write_bytes(to_inkml(Ink.of([[(0.1, 0.2), (0.8, 0.9)]])))
    assert counts(load_pictures(root)[0]) == {"signs/ankh": 3, "signs/hand": 2, "signs/owl": 3, "signs/reed": 2}


def test_what_is_no_drawing_is_left_out_and_said(tmp_path: Path) -> None:
    root = class_folders(tmp_path / "signs")
    (root / "README.md").write_text("signs")
    (root / "overview.png").write_bytes(b"")
    (root / "owl" / "labels.csv").write_text("1,2")
    (root / "owl" / ".DS_Store").write_bytes(b"x")
    (root / "owl" / "Thumbs.db").write_bytes(b"x")
    assert load_pictures(root)[1] == ()
    (root / "owl" / "1.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(30))
    (root / "reed" / "blank.png").write_bytes(b"")
    for _ in range(2):  # from the cache too
        drawings, notes = load_pictures(root)
        assert len(drawings) == 15
        assert len(notes) == 1
        assert "owl/1.png" in notes[0]
        assert notes[0].endswith("and 1 other file.")


def test_a_folder_without_drawings(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    scribble(1, 1).save(tmp_path / "a" / "loose.png")
    with pytest.raises(DataError, match=r"neither class folders .* nor Omniglot's layout .*with the glyph's name"):
        load_pictures(tmp_path / "a")
    (tmp_path / "a" / "owl").mkdir()
    (tmp_path / "a" / "owl" / "1.png").write_bytes(b"no picture")
    with pytest.raises(DataError, match=r"no drawing that can be read\. owl/1\.png: .*is a text"):
        load_pictures(tmp_path / "a")


def test_own_alphabets_in_omniglots_layout(tmp_path: Path) -> None:
    root = own_alphabets(tmp_path / "own", ("Own_A", "Own_B"))
    drawings, notes = load_pictures(root)
    assert drawings.characters == load_omniglot(root).characters
    assert set(drawings.drawer.tolist()) == {1, 2, 3, 4}
    assert notes == ()
    assert load_pictures(root / "Own_A")[0].alphabets == ("Own_A",)


@pytest.mark.parametrize("kind", ["large", "transparent", "16 bits", "jpeg"])
def test_omniglots_layout_with_pictures_that_are_not_omniglots(tmp_path: Path, kind: str) -> None:
    root = own_alphabets(tmp_path / "own", ("Own_A", "Own_B"), 2, 2)
    for path in list(root.rglob("*.png")):
        picture = scribble(int(path.name[3]), int(path.name[6]), (1500, 1500) if kind == "large" else (200, 200))
        if kind == "transparent":
            clear = picture.convert("RGBA")
            clear.putalpha(picture.point(lambda grey: 255 - grey))
            picture = clear
        elif kind == "16 bits":
            picture = picture.convert("I").point(lambda grey: grey * 257).convert("I;16")
        path.unlink()
        picture.save(path.with_suffix(".jpg" if kind == "jpeg" else ".png"))
    drawings, notes = load_pictures(root)
    assert len(drawings) == 8
    assert drawings.characters[0] == "Own_A/character01"
    assert set(drawings.drawer.tolist()) == {1, 2}
    assert notes == ()


def test_one_character_folder_among_class_folders(tmp_path: Path) -> None:
    root = class_folders(tmp_path / "signs")
    own_alphabets(root, ("Own",), 1, 2)
    drawings, _ = load_pictures(root)
    assert len(drawings.characters) == 5
    root = own_alphabets(tmp_path / "own", ("Own_A", "Own_B"))
    class_folders(root, ("extra",), 3)
    assert load_pictures(root)[1] == ("Left out, because only the other pictures have Omniglot's layout: 3 files.",)


def test_the_small_background_sets_as_they_were_downloaded(tmp_path: Path) -> None:
    one = own_alphabets(tmp_path / "1" / "images_background_small1", ("Greek", "Latin"), 2, 2)
    two = own_alphabets(tmp_path / "2" / "images_background_small2", ("Greek", "Hebrew"), 2, 2)
    down = tmp_path / "down"
    down.mkdir()
    for root in (one, two):
        zipped(root, down / f"{root.name}.zip", f"{root.name}/")
    drawings, _ = load_pictures(down)
    assert drawings.alphabets == ("Greek", "Hebrew", "Latin")
    assert len(drawings) == 12  # Greek is in both
    assert load_pictures(down / "images_background_small1.zip")[0].alphabets == ("Greek", "Latin")
    assert load_pictures(one)[0].alphabets == ("Greek", "Latin")


# Hostile folders


def test_links_end(tmp_path: Path) -> None:
    root = class_folders(tmp_path / "signs")
    try:
        (root / "loop").symlink_to(root, target_is_directory=True)
        (root / "owl" / "again").symlink_to(root, target_is_directory=True)
        (root / "owl" / "gone.png").symlink_to(tmp_path / "nowhere.png")
        (root / "owl" / "linked.png").symlink_to(root / "ankh" / "1.png")
    except OSError:
        pytest.skip("this user may not make links")
    drawings, notes = load_pictures(root)
    assert counts(drawings)["signs/owl"] == 5
    assert len(drawings) == 17
    assert "gone.png" in notes[0]
    assert "link to a folder" in notes[1]


def test_a_changed_picture_behind_a_link_is_read_again(tmp_path: Path) -> None:
    root = class_folders(tmp_path / "signs", ("ankh", "owl"), 2)
    outside = tmp_path / "outside.png"
    scribble(7, 1, (160, 160)).save(outside)
    try:
        (root / "owl" / "1.png").unlink()
        (root / "owl" / "1.png").symlink_to(outside)
    except OSError:
        pytest.skip("this user may not make links")
    before = load_pictures(root)[0]
    scribble(8, 2, (160, 160)).save(outside)
    os.utime(outside, ns=(1, 1))
    after = load_pictures(root)[0]
    assert (before.bitmaps != after.bitmaps).any(dim=(1, 2)).tolist() == [False, False, True, False]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such pipes in folders")
@pytest.mark.timeout(60)
def test_a_pipe_does_not_block(tmp_path: Path) -> None:
    root = class_folders(tmp_path / "signs")
    os.mkfifo(root / "owl" / "5.png")
    drawings, notes = load_pictures(root)
    assert len(drawings) == 16
    assert "not an ordinary file" in notes[0]
    own = own_alphabets(tmp_path / "own", ("A", "B"), 2, 2)
    (own / "A" / "character01" / "0001_01.png").unlink()
    os.mkfifo(own / "A" / "character01" / "0001_01.png")
    with pytest.raises(DataError, match=r"0001_01\.png cannot be read"):
        load_pictures(own)
    with pytest.raises(DataError, match="not an ordinary file"):
        load_pictures(root / "owl" / "5.png")


def test_too_many_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = class_folders(tmp_path / "signs")
    monkeypatch.setattr(reader, "MAX_PICTURES", 15)
    with pytest.raises(DataError, match="more than 15 pictures"):
        load_pictures(root)
    monkeypatch.setattr(folders, "MAX_ENTRIES", 10)
    for place in (root, zipped(root, tmp_path / "signs.zip")):
        with pytest.raises(DataError, match="more than 10 files"):
            load_pictures(place)


def test_a_bomb_in_an_archive_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "MAX_FILE_BYTES", 1 << 20)
    root = class_folders(tmp_path / "signs", drawings=2)
    with zipfile.ZipFile(zipped(root, tmp_path / "signs.zip"), "a", zipfile.ZIP_DEFLATED) as file:
        file.writestr("owl/3.png", bytes(1 << 26))
        file.writestr("../../owl/4.png", b"x")
    drawings, notes = load_pictures(tmp_path / "signs.zip")
    assert len(drawings) == 8
    assert len(notes) == 1


def test_names_that_no_terminal_can_show(tmp_path: Path) -> None:
    root = class_folders(tmp_path / "signs", ("owl", "i\nbis"))
    shutil.copytree(root / "owl", root / "\x1b[31mred")
    assert load_pictures(root)[0].characters == ("signs/i\ufffdbis", "signs/owl", "signs/\ufffd[31mred")


def test_a_glyph_whose_folders_have_too_long_names_is_left_out(tmp_path: Path) -> None:
    root = class_folders(tmp_path / "signs")
    deep = root / ("a" * 200) / ("b" * 210) / "ibis"
    deep.mkdir(parents=True)
    shutil.copy(root / "owl" / "1.png", deep / "1.png")
    drawings, notes = load_pictures(root)
    assert len(drawings.characters) == 4
    assert any("names of its folders have more than 400 characters" in note for note in notes)
