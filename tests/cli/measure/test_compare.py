"""compare."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
import torch

from glyphstudio.cli.measure import comparison
from glyphstudio.engine.evaluate import comparison as engine_comparison
from glyphstudio.engine.weights import file as engine_weights
from glyphstudio.engine.weights.file import save_weights
from glyphstudio.glyphs.render import BITMAP_SIZE
from glyphstudio.learners.catalogue import LEARNERS
from glyphstudio.learners.encoders.encoder import EncoderShape
from tests.cli.conftest import NEAR, Command, small_omniglot, started
from tests.engine.making import equal

KEYS = ["protocol", "ways", "queries", "tasks", "seed", "device", "seconds", "learners"]
ROW = ["learner", "weights", "weights_sha256", "inner_steps", "by_shots", "by_steps", "ms_to_adapt", "ms_to_classify"]


@pytest.fixture(autouse=True)
def _few_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_comparison, "_TIMED", 2)
    monkeypatch.setattr(engine_comparison, "_WARM_UP", 0)


@pytest.fixture(scope="module")
def omniglot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_omniglot(tmp_path_factory.mktemp("data") / "images_background", drawers=7)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Untrained weights of every learner."""
    folder = tmp_path_factory.mktemp("all weights")
    torch.manual_seed(0)
    for name, kind in LEARNERS.items():
        learner = kind(EncoderShape(BITMAP_SIZE, (4, 4, 8), 12), equal(steps=2))
        save_weights(folder / f"{name}.safetensors", learner.eval(), NEAR, {})
    return folder


@pytest.fixture
def shipped(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make these the shipped weights."""
    monkeypatch.setattr(engine_weights, "asset", lambda _, name: folder / name)
    return folder


def test_all_shipped_learners_and_a_file(run: Command, omniglot: Path, shipped: Path, weights: Path) -> None:
    done = run("compare", "--data", omniglot, "--tasks", 2, "--queries", 1, "--ways", 4, "--weights", weights, "--json")
    assert (done.status, done.err) == (0, "")
    result = json.loads(done.out)
    assert list(result) == KEYS
    assert (result["protocol"], result["ways"], result["queries"]) == ("cross-alphabet, validation", 4, 1)
    assert (result["tasks"], result["seed"], result["device"]) == (2, 0, "cuda" if torch.cuda.is_available() else "cpu")
    rows = result["learners"]
    assert [row["learner"] for row in rows] == [*LEARNERS, "protonet"]
    assert [row["weights"] for row in rows] == ["shipped"] * len(LEARNERS) + [str(weights)]
    assert rows[0]["weights_sha256"] != rows[-1]["weights_sha256"]
    for row in rows:
        assert list(row) == [*ROW, "parameters"]
        assert list(row["by_shots"]) == ["1", "3", "5"]
        assert row["ms_to_adapt"] > 0 and row["ms_to_classify"] > 0 and row["parameters"] > 500
        if not LEARNERS[row["learner"]].gradient_based:
            assert row["by_steps"] is None and row["inner_steps"] is None
            continue
        assert row["inner_steps"] == 2
        assert list(row["by_steps"]) == [str(steps) for steps in range(11)]
        assert row["by_steps"]["2"] == row["by_shots"]["1"]
        assert all(0 <= figure["accuracy"] <= 1 and figure["ci95"] >= 0 for figure in row["by_steps"].values())


def test_the_table_fits(run: Command, omniglot: Path, shipped: Path, weights: Path) -> None:
    done = run("compare", "--data", omniglot, "--tasks", 2, "--queries", 2, "--weights", weights, "--within-alphabet")
    assert done.status == 0, done
    lines = done.out.splitlines()
    assert max(map(len, lines)) <= 120
    titles = [kind.title for kind in LEARNERS.values()]
    assert [line[: len(title)] for line, title in zip(lines[1:], titles, strict=False)] == titles
    by_title = dict(zip(titles, lines[1:], strict=False))
    assert by_title["ProtoNet"].count("±") == 3 and by_title["ProtoNet"].count("–") == 5
    assert by_title["MAML"].count("±") == 7 and "–" not in by_title["MAML"]
    assert lines[1 + len(LEARNERS)].startswith("ProtoNet [1]") and lines[-1] == f"[1] {weights}"
    assert "within-alphabet, validation, 2 tasks, seed 0, not transductive" in done.out


def test_only_the_named_learners_take_part(run: Command, omniglot: Path, shipped: Path, weights: Path) -> None:
    common = ("compare", "--data", omniglot, "--tasks", 1, "--queries", 1, "--json")
    named = run(*common, "--learner", "siamese", "--learner", "protonet", "--learner", "siamese")
    rows = json.loads(named.out)["learners"]
    assert [row["learner"] for row in rows] == ["siamese", "protonet"]
    assert rows[0]["by_shots"]["1"]["ci95"] is None, "a single task has no spread"
    files = run(*common, "--learner", "none", "--weights", weights)
    assert [row["weights"] for row in json.loads(files.out)["learners"]] == [str(weights)]
    run(*common, "--learner", "none").failed("Nothing is left to compare", "--weights")
    run(*common, "--learner", "mam").failed("no learner 'mam'", "maml, fomaml")
    run(*common, "--weights", weights.with_name("gone.safetensors")).failed("gone.safetensors is missing")


def test_the_same_tasks_for_all(run: Command, omniglot: Path, folder: Path) -> None:
    own = folder / "protonet.safetensors"
    twice = ("--learner", "none", "--weights", own, "--weights", own)
    common = ("compare", "--data", omniglot, "--tasks", 8, "--ways", 20, "--queries", 2, "--json", *twice)
    one, same, other = (
        [row["by_shots"] for row in json.loads(run(*common, "--seed", seed).out)["learners"]] for seed in (1, 1, 2)
    )
    assert one[0] == one[1]
    assert one == same != other


def test_missing_shipped_weights(
    run: Command, omniglot: Path, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "protonet.safetensors").write_bytes((folder / "protonet.safetensors").read_bytes())
    monkeypatch.setattr(engine_weights, "asset", lambda _, name: tmp_path / name)
    for arguments in (("compare",), ("compare", "--learner", "siamese"), ("evaluate", "--learner", "siamese")):
        run(*arguments, "--data", omniglot).failed("'siamese'", "siamese.safetensors", "train --learner siamese")


@pytest.mark.parametrize("suffix", [".png", ".svg"])
def test_the_plot(run: Command, omniglot: Path, shipped: Path, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"curves{suffix}"
    learners = [part for name in ("protonet", "anil", "finetuned") for part in ("--learner", name)]
    done = run("compare", "--data", omniglot, "--tasks", 2, "--queries", 1, "--plot", path, "--json", *learners)
    assert done.status == 0, done
    assert str(path) in done.err and len(json.loads(done.out)["learners"]) == 3
    if suffix == ".png":
        assert path.read_bytes().startswith(b"\x89PNG")
        return
    words = {node.text for node in ElementTree.parse(path).iter() if node.tag.endswith("}text")}  # noqa: S314
    assert {"ProtoNet", "ANIL", "Fine-tuned"} <= words
    assert any("5-way 1-shot, cross-alphabet, validation, 2 tasks" in str(word) for word in words)


def test_a_plot_that_cannot_be_saved_is_reported_before_measuring(
    run: Command, omniglot: Path, shipped: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def measured(*_: object) -> None:
        raise AssertionError("the data were read already")

    monkeypatch.setattr(comparison, "load_part", measured)
    common = ("compare", "--data", omniglot, "--plot")
    run(*common, tmp_path / "curves.jpg").failed("ends in .png or .svg")
    run(*common, tmp_path / "nowhere" / "curves.png").failed("there is no folder", "nowhere")


def test_a_machine_without_qt(tmp_path: Path) -> None:
    (tmp_path / "PySide6").mkdir()
    (tmp_path / "PySide6" / "__init__.py").write_text(
        "raise ImportError('libEGL.so.1: cannot open shared object file', name='PySide6')\n"
    )
    done = started("compare", "--plot", tmp_path / "curves.png", PYTHONPATH=str(tmp_path))
    done.failed("Qt, which draws the window, cannot be loaded", "libEGL.so.1")


def test_tasks_that_need_more_data(run: Command, omniglot: Path, shipped: Path) -> None:
    common = ("compare", "--data", omniglot, "--learner", "protonet")
    run(*common, "--ways", 31).failed("31 ways", "fewer")
    run(*common, "--queries", 3).failed(
        "glyphs with 8 drawings: 5 to adapt on and 3 to classify", "has 0", "fewer --ways or --queries"
    )
    run(*common, "--ways", 7, "--within-alphabet", "--queries", 1).failed("7 ways", "largest alphabet has 6")
