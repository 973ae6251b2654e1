"""The files of an exported evaluation."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from glyphstudio.engine.errors import SavingError
from glyphstudio.ui.evaluate.export import DIAGRAM, FIGURES, PAIRS, as_csv, as_json, save
from tests.ui.evaluate.making import pair, result


def test_all_numbers_and_settings_are_in_the_json() -> None:
    made = json.loads(as_json(result()))
    assert (made["accuracy"], made["ci95"], made["error"]) == (0.936, 0.0031, 0.064)
    assert (made["ways"], made["shots"], made["queries"], made["tasks"], made["seed"]) == (20, 1, 1, 1000, 1)
    assert made["protocol"] == "cross-alphabet, validation" and made["transductive"] is False
    assert made["confusions"][0]["mixed"] == 12 and made["confusions"][0]["first"] == "Early Aramaic 4"
    (bin_,) = made["reliability"]["bins"]
    assert (bin_["answers"], bin_["right"]) == (2000, 0.88)
    assert made["reliability"]["expected_calibration_error"] == pytest.approx(0.02, abs=1e-6)
    assert json.loads(as_json(result(ci95=None)))["ci95"] is None


def test_odd_names_survive_in_the_csv() -> None:
    odd = 'a,"b"\nc\ud800'
    text = as_csv(result(pairs=(pair(odd, "ひ"), pair("x", "y")))).decode("utf-8-sig")
    lines = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [line["first"] for line in lines] == ['a,"b"\nc?', "x"]
    assert lines[0]["second"] == "ひ"
    assert (lines[0]["mixed_up_in_tasks"], lines[0]["tasks_with_both"], lines[0]["rate"]) == ("12", "40", "0.300000")
    assert (lines[0]["first_taken_for_second"], lines[0]["second_taken_for_first"]) == ("9", "5")


def test_a_new_folder_each_time(tmp_path: Path) -> None:
    one, other = save(tmp_path, result(), b"png"), save(tmp_path, result(), b"png")
    assert one != other
    for place in (one, other):
        assert sorted(file.name for file in place.iterdir()) == sorted((FIGURES, PAIRS, DIAGRAM))
        assert "protonet 20-way 1-shot" in place.name
    assert (one / DIAGRAM).read_bytes() == b"png"


def test_a_folder_that_cannot_be_written_to_gets_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(SavingError, match=r"could not be saved in .*file .*Choose another folder"):
        save(tmp_path / "file", result(), b"png")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(SavingError, match=r"The figures could not be saved .* \(No space left"):
        save(tmp_path, result(), b"png")
    assert not [path for path in tmp_path.rglob("*") if path.suffix == ".part"]
