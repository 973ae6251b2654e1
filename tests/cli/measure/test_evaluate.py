"""evaluate."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path

import pytest
import torch

from glyphstudio.engine.weights import file as engine_weights
from glyphstudio.engine.weights.file import save_weights
from glyphstudio.glyphs.render import BITMAP_SIZE
from glyphstudio.learners.encoders.encoder import EncoderShape
from glyphstudio.learners.gradient.maml import MAML
from tests.cli.conftest import NEAR, Command, started
from tests.engine.making import equal

PROMISED = "learner, protocol, ways, shots, inner_steps, tasks, accuracy, ci95, error, seed, weights_sha256, seconds"
KEYS = PROMISED.split(", ")


@pytest.fixture
def runs(omniglot: Path, tmp_path: Path) -> Path:
    """Three one-shot runs of five ways in the official layout, made from the small Omniglot, in mixed case."""
    root = tmp_path / "all_runs"
    for number in range(1, 4):
        run = root / f"run{number:02}"
        for folder in ("training", "test"):
            (run / folder).mkdir(parents=True)
        lines = []
        for way in range(1, 6):
            character = omniglot / "Korean" / f"character{way:02}"
            training, test = f"training/class{way:02}.PNG", f"test/item{6 - way:02}.png"
            shutil.copy(next(character.glob("*_01.png")), run / training)
            shutil.copy(next(character.glob(f"*_{number + 1:02}.png")), run / test)
            lines.append(f"run{number:02}/{test} run{number:02}/{training.lower()}\n")
        (run / "class_labels.txt").write_text("".join(lines))
    return root


def test_json_has_exactly_the_documented_keys(run: Command, omniglot: Path, weights: Path) -> None:
    common = ("evaluate", "--data", omniglot, "--weights", weights, "--json", "--tasks", 20)
    for more, protocol in (
        ([], "cross-alphabet, validation"),
        (["--within-alphabet"], "within-alphabet, validation"),
        (["--split", "train"], "cross-alphabet, train"),
        (["--split", "all"], "cross-alphabet, all"),
    ):
        done = run(*common, "--ways", 5, "--shots", 2, "--seed", 3, *more)
        assert (done.status, done.err) == (0, "")
        result = json.loads(done.out)
        assert list(result) == KEYS
        assert (result["learner"], result["protocol"], result["inner_steps"]) == ("protonet", protocol, None)
        assert (result["ways"], result["shots"], result["tasks"], result["seed"]) == (5, 2, 20, 3)
        assert result["accuracy"] + result["error"] == pytest.approx(1)
        # Tasks that are all right or all wrong have no spread. Any others have.
        assert (result["ci95"] > 0) == (0 < result["accuracy"] < 1)
        assert result["ci95"] < 0.5 and result["seconds"] > 0
        assert len(result["weights_sha256"]) == 64


def test_the_same_seed_gives_the_same_figure(run: Command, omniglot: Path, weights: Path) -> None:
    common = ("evaluate", "--data", omniglot, "--weights", weights, "--json", "--tasks", 30, "--ways", 6)
    one, same, other = (json.loads(run(*common, "--seed", seed).out)["accuracy"] for seed in (1, 1, 2))
    assert one == same != other


@pytest.fixture(scope="module")
def maml(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Weights of a small, untrained MAML that takes two steps."""
    torch.manual_seed(0)
    learner = MAML(EncoderShape(BITMAP_SIZE, (4, 4, 8), 12), equal(2, 0.05, 10.0))
    path = tmp_path_factory.mktemp("weights") / "maml.safetensors"
    save_weights(path, learner.eval(), NEAR, {})
    return path


def test_steps_of_the_inner_loop(run: Command, omniglot: Path, maml: Path, runs: Path) -> None:
    common = ("evaluate", "--weights", maml, "--json")
    for source in (["--data", omniglot, "--tasks", 5, "--ways", 5], ["--runs", runs]):
        results = {
            steps: json.loads(run(*common, *source, *(["--inner-steps", steps] if steps is not None else [])).out)
            for steps in (None, 0, 2, 10)
        }
        assert [result["inner_steps"] for result in results.values()] == [2, 0, 2, 10]
        assert results[0]["accuracy"] == pytest.approx(1 / 5), "without adaptation it always names the first way"
        assert results[None]["accuracy"] == results[2]["accuracy"] != results[0]["accuracy"]
        for result in results.values():
            for key in ("over_nearest_prototype", "over_head_only"):
                assert set(result[key]) == {"mean", "ci95"}
        gained = results[0]["over_nearest_prototype"]["mean"]
        assert results[2]["accuracy"] - results[2]["over_nearest_prototype"]["mean"] == pytest.approx(1 / 5 - gained)
        assert results[0]["over_head_only"]["mean"] == 0
    shown = run("evaluate", "--weights", maml, "--runs", runs, "--inner-steps", 1).out
    assert "MAML" in shown and "by 1 step of gradient descent" in shown
    assert "Adapting changes" in shown
    assert "Adapting" not in run("evaluate", "--weights", maml, "--runs", runs, "--inner-steps", 0).out


def test_steps_without_an_inner_loop(run: Command, omniglot: Path, weights: Path) -> None:
    common = ("evaluate", "--data", omniglot, "--weights", weights)
    run(*common, "--inner-steps", 3).failed("'protonet' has no inner loop", "maml", "finetuned")
    for steps in (-1, 11):
        assert run(*common, "--inner-steps", steps).status == 2


def test_a_learner_by_name(
    run: Command, omniglot: Path, maml: Path, weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = {"maml.safetensors": maml, "protonet.safetensors": weights}
    monkeypatch.setattr(engine_weights, "asset", lambda _, name: shipped[name])
    common = ("evaluate", "--data", omniglot, "--tasks", 2, "--ways", 5, "--json")
    for arguments, learner in ([], "protonet"), (["--learner", "maml"], "maml"):
        assert json.loads(run(*common, *arguments).out)["learner"] == learner
    run(*common, "--learner", "mam").failed("no learner 'mam'", "maml, fomaml")
    both = run(*common, "--learner", "maml", "--weights", weights)
    assert both.status == 2 and "not both" in both.err and "Traceback" not in both.err


def test_a_single_task_has_no_interval(run: Command, omniglot: Path, weights: Path) -> None:
    common = ("evaluate", "--data", omniglot, "--weights", weights, "--tasks", 1, "--ways", 5)
    text = run(*common, "--json").out
    assert json.loads(text)["ci95"] is None and "NaN" not in text
    done = run(*common)
    assert "nan" not in done.out and "±" not in done.out and "1 task, 5-way 1-shot" in done.out


def test_the_table_fits_eighty_columns(run: Command, omniglot: Path, weights: Path, runs: Path) -> None:
    for more in (["--data", omniglot, "--within-alphabet", "--tasks", 20, "--ways", 5], ["--runs", runs]):
        done = run("evaluate", "--weights", weights, *more)
        assert done.status == 0
        assert max(len(line) for line in done.out.splitlines()) <= 80
        assert [line.split()[0] for line in done.out.splitlines()][:5] == [
            "Learner",
            "Protocol",
            "Tasks",
            "Accuracy",
            "Error",
        ]
        assert "±" in done.out and "not transductive" in done.out


def test_official_runs_from_folder_and_archive(run: Command, weights: Path, runs: Path, tmp_path: Path) -> None:
    archive = tmp_path / "ALL_RUNS.ZIP"
    with zipfile.ZipFile(archive, "w") as file:
        for path in runs.rglob("*"):
            file.write(path, path.relative_to(runs))
    results = []
    for source in (runs, tmp_path, archive):
        done = run("evaluate", "--runs", source, "--weights", weights, "--json")
        assert done.status == 0, done
        results.append(json.loads(done.out))
    assert [list(result) for result in results] == [KEYS] * 3
    assert results[0]["protocol"] == "official one-shot runs"
    assert {(r["ways"], r["shots"], r["tasks"]) for r in results} == {(5, 1, 3)}
    assert len({(r["accuracy"], r["ci95"]) for r in results}) == 1


def test_invalid_runs(run: Command, weights: Path, runs: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    common = ("evaluate", "--weights", weights, "--json", "--runs")
    run(*common, tmp_path / "empty").failed("class_labels.txt")
    run(*common, tmp_path / "nowhere").failed("no file or folder")
    (runs / "run02" / "test" / "item03.png").unlink()
    run(*common, runs).failed("item03.png")
    (runs / "run02" / "class_labels.txt").write_text("only one word\n")
    run(*common, runs).failed("class_labels.txt")


def test_tasks_that_need_more_data(run: Command, omniglot: Path, weights: Path, tmp_path: Path) -> None:
    common = ("evaluate", "--data", omniglot, "--weights", weights)
    run(*common, "--ways", 31).failed("31 ways", "30", "fewer")
    run(*common, "--ways", 7, "--within-alphabet").failed("7 ways", "largest alphabet has 6", "fewer")
    run(*common, "--ways", 5, "--shots", 4).failed("5 drawings", "fewer")
    run(*common, "--ways", 5, "--shots", 10**9).failed("fewer")
    (tmp_path / "empty").mkdir()
    run("evaluate", "--data", tmp_path / "empty", "--weights", weights).failed("neither class folders", "Omniglot")
    run("evaluate", "--weights", weights).failed("glyphstudio data fetch omniglot")


def test_in_a_separate_process(omniglot: Path, weights: Path) -> None:
    common = ("evaluate", "--data", omniglot, "--weights", weights, "--tasks", 5, "--ways", 5, "--json")
    done = started(*common, PYTHONWARNINGS="error")
    assert (done.status, done.err) == (0, "")
    assert list(json.loads(done.out)) == KEYS


def test_an_open_set_in_json_has_the_documented_keys(run: Command, omniglot: Path, weights: Path) -> None:
    done = run(
        *("evaluate", "--open-set", "--data", omniglot, "--weights", weights, "--json"),
        *("--ways", 4, "--shots", 2, "--tasks", 6, "--seed", 3),
    )
    assert (done.status, done.err) == (0, "")
    result = json.loads(done.out)
    assert list(result) == [
        *("learner", "protocol", "ways", "shots", "tasks", "auroc", "accepted", "mistaken", "strict", "lenient"),
        *("mistaken_at_95", "strays", "calibration_error", "seed", "weights_sha256", "seconds"),
    ]
    assert result["protocol"] == "open set, half within two alphabets, validation"
    assert (result["ways"], result["shots"], result["tasks"], result["seed"]) == (4, 2, 6, 3)
    for name in ("auroc", "accepted", "mistaken", "mistaken_at_95", "strays", "calibration_error"):
        assert 0 <= result[name] <= 1
    again = run(
        *("evaluate", "--open-set", "--data", omniglot, "--weights", weights, "--json"),
        *("--ways", 4, "--shots", 2, "--tasks", 6, "--seed", 3),
    )
    assert json.loads(again.out) | {"seconds": 0} == result | {"seconds": 0}


def test_an_open_set_as_a_table(run: Command, omniglot: Path, weights: Path) -> None:
    done = run(
        *("evaluate", "--open-set", "--data", omniglot, "--weights", weights, "--within-alphabet"),
        *("--ways", 3, "--tasks", 4),
    )
    assert (done.status, done.err) == (0, "")
    for word in (
        "open set, within an alphabet",
        "3 glyphs from 1 drawing each",
        "AUROC",
        "Unknown ones accepted",
        "Scribbles",
    ):
        assert word in done.out


def test_quarter_turns_make_up_for_too_few_glyphs(run: Command, omniglot: Path, weights: Path) -> None:
    common = ("evaluate", "--open-set", "--data", omniglot, "--weights", weights, "--tasks", 4, "--json")
    done = run(*common, "--ways", 30)
    assert (done.status, done.err) == (0, "")
    assert json.loads(done.out)["protocol"].endswith("quarter turns as further glyphs")
    few = run(*common, "--ways", 4)
    assert "quarter" not in json.loads(few.out)["protocol"]
    inside = run(*common, "--ways", 4, "--within-alphabet")  # an alphabet has six characters
    assert inside.status == 0
    assert json.loads(inside.out)["protocol"] == (
        "open set, within an alphabet, validation, quarter turns as further glyphs"
    )


def test_an_open_set_needs_twice_as_many_glyphs(run: Command, omniglot: Path, weights: Path) -> None:
    done = run("evaluate", "--open-set", "--data", omniglot, "--weights", weights, "--ways", 300, "--tasks", 4)
    assert done.status != 0
    assert "600 ways" in done.err
    both = run("evaluate", "--open-set", "--runs", omniglot)
    assert both.status != 0
    assert "not both" in both.err
    many = run("evaluate", "--open-set", "--data", omniglot, "--weights", weights, "--queries", 3)
    assert many.status != 0
    assert "one query of each glyph" in many.err


def test_an_open_set_says_where_its_tasks_are(run: Command, omniglot: Path, weights: Path) -> None:
    """Two alphabets of six characters are too small for tasks of fourteen."""
    common = ("evaluate", "--open-set", "--data", omniglot, "--weights", weights, "--json", "--tasks", 2)
    for ways, protocol in ((6, "half within two alphabets"), (7, "across alphabets")):
        done = run(*common, "--split", "all", "--ways", ways)
        assert json.loads(done.out)["protocol"] == f"open set, {protocol}, all"
