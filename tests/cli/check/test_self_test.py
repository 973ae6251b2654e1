"""--self-test, from source: its parts succeed, and a part that fails is reported."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from glyphstudio.cli.check import self_test_parts
from glyphstudio.cli.check.self_test import all_parts, main, self_test
from glyphstudio.cli.check.self_test_parts import Bench, Facts
from glyphstudio.library.library import Library
from glyphstudio.resources import LEARNERS

SHORT = (
    "enrol",
    "recognise",
    "reopen",
    "export",
    "formats",
    "newer library",
    "use maml",
    "train protonet",
    "licences",
    "curves",
)


def test_every_learner_is_used_and_trained() -> None:
    names = [name for name, _ in all_parts()]
    assert {f"use {name}" for name in LEARNERS} | {f"train {name}" for name in LEARNERS} <= set(names)
    assert len(names) == len(set(names))


def test_the_parts_succeed_and_are_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = tmp_path / "report ż.json"
    assert main(["--report", str(report), "--only", *SHORT]) == 0
    printed = capsys.readouterr().out
    assert printed.endswith("Everything works.\n") and printed.count("ok ") == len(SHORT)
    written = json.loads(report.read_text(encoding="utf-8"))
    assert written["ok"] and [part["part"] for part in written["parts"]] == list(SHORT)
    found = {part["part"]: part["found"] for part in written["parts"]}
    assert found["recognise"]["right"] >= 48 and found["recognise"]["of"] == 60
    assert found["train protonet"]["state kilobytes"] > 0
    assert "newer GlyphStudio" in found["newer library"]["said"]
    assert written["program"]["packaged"] is False


def test_the_window_passes_from_source_too(tmp_path: Path) -> None:
    before = os.environ["QT_QPA_PLATFORM"]
    with Bench(tmp_path) as bench:
        found = self_test_parts.window(bench)
    assert found["verdict"] == next(iter(bench.samples)) and found["detail"].startswith("known")
    assert os.environ["QT_QPA_PLATFORM"] == before


def test_a_failed_part_is_reported_and_the_others_continue() -> None:
    def broken(_bench: Bench) -> Facts:
        raise ModuleNotFoundError("No module named 'torch.left_out'")

    said: list[str] = []
    report = self_test([("broken", broken), ("newer library", self_test_parts.refuse_newer_library)], said.append)
    assert not report["ok"] and [part["ok"] for part in report["parts"]] == [False, True]
    assert said[0].startswith("FAILED broken") and "torch.left_out" in said[1] and said[2].startswith("ok ")


def test_a_failure_sets_the_exit_status(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(Library, "open", lambda path: (_ for _ in ()).throw(OSError(f"no {path.name}")))
    assert main(["--only", "newer library"]) == 1
    assert "Something does not work" in capsys.readouterr().out


def test_an_unknown_part_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["--only", "enrol", "fly"])
    assert end.value.code == 2 and "unknown part: fly" in capsys.readouterr().err
