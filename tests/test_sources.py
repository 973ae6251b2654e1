"""Sources of drawings, as --data names them."""

from __future__ import annotations

from pathlib import Path

import pytest

from glyphstudio.data.drawings import DataError
from glyphstudio.data.splits import Split
from glyphstudio.library.library import Library
from glyphstudio.sources import absolute, is_library, load_data, load_part, load_source
from tests.data.rewriting.pens import archive, written
from tests.engine.making import scrawl
from tests.own_data import class_folders, own_alphabets


def library_of(path: Path, shots: list[int]) -> str:
    with Library.open(path) as library:
        for number, count in enumerate(shots):
            glyph = library.enrol(f"glyph/{number}", scrawl(number))
            for drawer in range(1, count):
                library.add_shot(glyph.id, scrawl(number, drawer))
    return str(path)


def test_synthetic_alphabets_and_some_of_them_held_out() -> None:
    source = load_source(["synthetic:2"])
    assert source.train.alphabets == ("Synthetic0000",)
    assert source.held_out.alphabets == ("Synthetic0001",)
    assert source.described == "Synthetic, 25 characters of 1 alphabet, 1 alphabet held out"


@pytest.mark.parametrize("data", ["synthetic:", "synthetic:1", "synthetic:many", "synthetic:9999"])
def test_an_invalid_number_of_alphabets(data: str) -> None:
    with pytest.raises(DataError, match=r"2 to 1000, such as synthetic:50\."):
        load_data(data)


def test_a_library_is_a_source(tmp_path: Path) -> None:
    source = load_source([library_of(tmp_path / "own.glyphs", [3] * 10 + [1])])
    assert len(source.train.characters) + len(source.held_out.characters) == 11
    assert len(source.held_out.characters) == 2
    assert not set(source.train.characters) & set(source.held_out.characters)
    assert len(source.train) + len(source.held_out) == 31
    assert source.described == "The library, 9 characters of 1 alphabet, 2 glyphs held out: glyph/0, glyph/5"


def test_a_library_under_another_name_is_a_source(tmp_path: Path) -> None:
    path = Path(library_of(tmp_path / "own.glyphs", [2] * 4)).rename(tmp_path / "own.backup")
    assert load_data(str(path)).alphabets == ("Library",)
    with Library.open(path):  # looking at it must not drop the lock
        assert is_library(str(path))
        assert is_library(str(tmp_path / "none.glyphs"))
        assert not is_library(str(tmp_path))


def test_the_smallest_sufficient_library(tmp_path: Path) -> None:
    source = load_source([library_of(tmp_path / "own.glyphs", [2, 2, 2, 2])])
    assert len(source.held_out.characters) == 2
    assert len(source.train.characters) == 2


@pytest.mark.parametrize("shots", [[1], [5], [2, 2, 2], [1] * 30])
def test_a_library_too_small_to_learn_from(tmp_path: Path, shots: list[int]) -> None:
    enough = sum(count > 1 for count in shots)
    with pytest.raises(DataError, match=rf"In this one, {enough} of {len(shots)} have them\. Enrol more drawings"):
        load_source([library_of(tmp_path / "own.glyphs", shots)])


def test_a_library_without_glyphs(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"has no drawings to learn from\. Enrol some glyphs first\."):
        load_source([library_of(tmp_path / "own.glyphs", [])])


def test_a_missing_library_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="There is no library"):
        load_source([str(tmp_path / "none.glyphs")])
    assert not (tmp_path / "none.glyphs").exists()


def test_without_data_the_message_names_synthetic(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="--data synthetic"):
        load_source([])


def test_a_mix_is_all_of_its_parts(tmp_path: Path) -> None:
    own = library_of(tmp_path / "own.glyphs", [3] * 10)
    source = load_source(["synthetic:2", own])
    invented, library = load_source(["synthetic:2"]), load_source([own])
    assert source.train.alphabets == ("Library", "Synthetic0000")
    assert source.held_out.alphabets == ("Library", "Synthetic0001")
    assert len(source.train) == len(invented.train) + len(library.train)
    assert source.described == f"{invented.described}; {library.described}"
    assert not set(source.train.characters) & set(source.held_out.characters)
    everything = load_part(["synthetic:2", own], Split.ALL)
    assert len(everything) == len(source.train) + len(source.held_out)
    for part, expected in ((Split.TRAIN, source.train), (Split.VALIDATION, source.held_out)):
        assert load_part(["synthetic:2", own], part).characters == expected.characters
    one = everything.characters.index("Library/glyph/0")
    picture = library.train if "Library/glyph/0" in library.train.characters else library.held_out
    same = picture.characters.index("Library/glyph/0")
    found = everything.bitmaps[everything.character == one]
    assert (found == picture.bitmaps[picture.character == same]).all()


def test_a_library_that_is_open_is_not_opened_again(tmp_path: Path) -> None:
    name = library_of(tmp_path / "own.glyphs", [2, 3, 2, 2, 1])
    closed = load_data(name)
    (tmp_path / "link.glyphs").symlink_to(tmp_path / "own.glyphs")
    with Library.open(Path(name)) as library:
        glyphs = library.glyphs()
        for same in (name, str(tmp_path / "link.glyphs")):
            opened = load_data(same, opened={name: glyphs})
            assert opened.characters == closed.characters
            assert (opened.bitmaps == closed.bitmaps).all()
            assert opened.drawer.tolist() == closed.drawer.tolist()
        assert len(load_part([name], Split.VALIDATION, opened={name: glyphs}).characters) == 2
        with pytest.raises(DataError, match="has no drawings to learn from"):
            load_data(name, opened={name: ()})


def test_class_folders_in_a_folder_named_like_a_librarys_alphabet(tmp_path: Path) -> None:
    source = load_source([str(class_folders(tmp_path / "Library"))])
    assert source.described == ("The data in Library, 2 characters of 1 alphabet, 2 glyphs held out: ankh, reed")


def named_library(path: Path, names: list[str], shots: int = 2) -> str:
    with Library.open(path) as library:
        for number, name in enumerate(names):
            glyph = library.enrol(name, scrawl(number))
            for drawer in range(1, shots):
                library.add_shot(glyph.id, scrawl(number, drawer))
    return str(path)


def test_the_same_glyph_in_two_libraries_is_one_character_and_never_in_both_parts(tmp_path: Path) -> None:
    one = named_library(tmp_path / "one.glyphs", ["Ankh", "hand", "owl", "reed"])
    two = named_library(tmp_path / "two.glyphs", ["aaa", "ankh", "owl", "Reed", "zigzag"], 3)
    source = load_source([one, two])
    assert source.held_out.characters == ("Library/Ankh", "Library/aaa", "Library/reed", "Library/zigzag")
    assert source.train.characters == ("Library/hand", "Library/owl")
    owl = source.train.character == source.train.characters.index("Library/owl")
    assert int(owl.sum()) == 5
    everything = load_part([one, two], Split.ALL)
    assert len(everything.characters) == 6
    assert len(everything) == 4 * 2 + 5 * 3


def test_the_counts_are_of_what_is_trained_on(tmp_path: Path) -> None:
    one = named_library(tmp_path / "one.glyphs", ["Ankh", "hand", "owl", "reed"])
    two = named_library(tmp_path / "two.glyphs", ["aaa", "ankh", "owl", "Reed", "zigzag"])
    source = load_source([one, two])
    assert source.named == (
        "The library, 2 characters of 1 alphabet, 2 glyphs held out: Ankh, reed.",
        "The library, 1 character of 1 alphabet, 2 glyphs held out: aaa, zigzag.",
    )
    assert source.described == "; ".join(line.rstrip(".") for line in source.named)


def test_glyphs_are_held_out_in_the_librarys_own_order(tmp_path: Path) -> None:
    source = load_source([named_library(tmp_path / "own.glyphs", ["g10", "g9", "G1", "g2"])])
    assert source.named == ("The library, 2 characters of 1 alphabet, 2 glyphs held out: G1, g10.",)


def test_a_source_written_in_two_ways_is_loaded_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class_folders(tmp_path / "signs")
    monkeypatch.chdir(tmp_path)
    once = load_source(["signs"])
    twice = load_source(["signs", "./signs", str(tmp_path / "signs")])
    assert len(twice.train) + len(twice.held_out) == len(once.train) + len(once.held_out)


def test_held_pictures_are_only_measured_on_and_all_others_trained_on(tmp_path: Path) -> None:
    own = own_alphabets(tmp_path / "own", ("Tarn", "Runes", "Hooks"))
    held = own_alphabets(tmp_path / "held", ("Tarn", "Kresh"), characters=3)
    source = load_source([str(own), f"held:{held}", "synthetic:2"])
    assert source.train.alphabets == ("Hooks", "Runes", "Synthetic0000", "Synthetic0001", "Tarn")
    assert not set(source.train.characters) & set(source.held_out.characters)
    assert len(source.train.characters) == 6 + 6 + 3 + 50
    assert source.held_out.alphabets == ("Kresh", "Tarn")
    assert source.described == "65 characters of 5 alphabets to train on, 6 characters of Kresh, Tarn to measure on"
    assert source.lines == (f"{source.described}.",)
    assert load_part([str(own), f"held:{held}"], Split.VALIDATION).alphabets == ("Kresh", "Tarn")
    assert absolute("held:held") == f"held:{Path.cwd() / 'held'}"


def test_held_pictures_alone_can_be_measured_on(tmp_path: Path) -> None:
    held = own_alphabets(tmp_path / "held", ("Tarn", "Kresh"), characters=3)
    assert len(load_part([f"held:{held}"], Split.VALIDATION).characters) == 6
    with pytest.raises(DataError, match="Nothing is left to train on besides held"):
        load_part([f"held:{held}"], Split.TRAIN)


def test_class_folders_of_one_name_lose_only_the_held_glyphs(tmp_path: Path) -> None:
    own = class_folders(tmp_path / "a" / "signs", ("ankh", "hand", "owl"))
    held = class_folders(tmp_path / "b" / "signs", ("owl", "reed"))
    source = load_source([str(own), f"held:{held}"])
    assert source.train.characters == ("signs/ankh", "signs/hand")
    assert source.held_out.characters == ("signs/owl", "signs/reed")


def test_nothing_is_left_besides_the_held_pictures(tmp_path: Path) -> None:
    own = own_alphabets(tmp_path / "own", ("Runes",))
    with pytest.raises(DataError, match="Nothing is left to train on besides own"):
        load_source([str(own), f"held:{own}"])


def test_strokes_lose_held_glyphs_and_their_relatives(tmp_path: Path) -> None:
    pens = archive(tmp_path, written(9))
    first = next(iter(written(9)))[0]
    held = own_alphabets(tmp_path / "held", (first.split("/")[0],), characters=1)
    whole = load_source(["synthetic:2", f"strokes:{pens}"]).extra
    rest = load_source(["synthetic:2", f"strokes:{pens}", f"held:{held}"]).extra
    assert whole is not None
    assert rest is not None
    lost = set(whole.characters) - set(rest.characters)
    assert lost and {name.split("~")[0] for name in lost} == {first}
