"""train: a tiny run, from the first step to weights that the other commands accept."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from safetensors import safe_open
from safetensors.numpy import load_file

from glyphstudio.cli.app import app
from glyphstudio.cli.training import _config
from glyphstudio.data.jitter import Jitter
from glyphstudio.engine.train.config import TrainConfig
from glyphstudio.engine.train.recipes import load_recipe, shipped_recipe
from glyphstudio.glyphs.render import BITMAP_SIZE
from glyphstudio.resources import LEARNERS
from tests.patience import PATIENCE

from .conftest import ROOT, Command, Done, sample

TINY = ["--ways", "4", "--queries", "2", "--channels", "4,4,4,4", "--embedding", "8", "--measure-tasks", "10"]
TINY += ["--device", "cpu"]


def arguments(omniglot: Path, folder: Path, *more: object, steps: int = 4) -> list[object]:
    return ["train", "--data", omniglot, "--out", folder, "--steps", steps, *TINY, *more]


@pytest.fixture(scope="module")
def trained(omniglot: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Done]:
    """The folder of a complete run, and the output of the command."""
    folder = tmp_path_factory.mktemp("trained") / "run"
    command = [sys.executable, "-m", "glyphstudio", *map(str, arguments(omniglot, folder, steps=30))]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=PATIENCE, check=False)
    return folder, Done(done.returncode, done.stdout, done.stderr)


def test_a_run_prints_its_figures_and_writes_weights(trained: tuple[Path, Done]) -> None:
    folder, done = trained
    assert done.status == 0 and "Traceback" not in done.err
    within, across, *_, unknown, written = done.out.splitlines()
    assert within.startswith("6-way 1-shot within alphabet: error ") and within.endswith("(10 tasks)")
    assert across.startswith("5-way 1-shot: error ")
    assert "AUROC" in unknown
    assert written == f"Weights: {folder / 'weights.safetensors'}"
    assert "step 30: loss" in done.err
    with safe_open(folder / "weights.safetensors", "np") as file:
        header = file.metadata()
    about = json.loads(header["about"])
    assert about["config"]["steps"] == 30 and about["seed"] == 0
    assert about["data"].startswith("Omniglot, 12 characters of 2 alphabets, without Bengali")
    assert {"6-way 1-shot within alphabet", "5-way 1-shot", "known or unknown"} <= set(about["validation"])


def test_other_commands_take_the_weights(
    run: Command, trained: tuple[Path, Done], omniglot: Path, library: Path
) -> None:
    weights = trained[0] / "weights.safetensors"
    common = ("--weights", weights, "--json")
    result = json.loads(run("evaluate", "--data", omniglot, "--ways", 5, "--tasks", 50, *common).out)
    assert result["error"] < 0.8 - result["ci95"]  # without any training, chance may give 0.8
    run("enrol", "--library", library, "--name", "Kresh", sample("Kresh"))
    assert run("classify", "--library", library, *common, sample("Kresh")).status == 0


def test_a_finished_run_is_not_overwritten_and_can_be_measured_again(
    run: Command, trained: tuple[Path, Done], omniglot: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "run"
    shutil.copytree(trained[0], folder)
    run(*arguments(omniglot, folder, steps=30)).failed("already contains a training", "--resume")
    done = run(*arguments(omniglot, folder, "--resume", steps=30))
    assert (done.status, done.out.splitlines()[:-1]) == (0, trained[1].out.splitlines()[:-1])


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for other processes")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_and_resumed_training_ends_as_if_never_stopped(
    run: Command, trained: tuple[Path, Done], omniglot: Path, tmp_path: Path, number: signal.Signals
) -> None:
    folder = tmp_path / "run"
    command = [sys.executable, "-c", STEPPING, *map(str, arguments(omniglot, folder, steps=30))]
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, cwd=ROOT)
    assert process.stdin is not None and process.stdout is not None and process.stderr is not None
    with process.stdout, process.stderr:
        assert process.stdout.readline() == "5 steps\n"
        process.send_signal(number)
        process.stdin.close()  # continue
        said = process.stderr.read()
        assert process.wait(PATIENCE) == 128 + number
    assert "Stopped and saved at step" in said and "--resume" in said and "Traceback" not in said
    with safe_open(folder / "state.safetensors", "np") as file:
        assert int(file.metadata()["step"]) == 5
    assert not (folder / "weights.safetensors").exists()
    if number == signal.SIGTERM:
        return

    run(*arguments(omniglot, folder, "--resume", steps=31)).failed("other settings (steps)")
    run(*arguments(omniglot, folder, "--resume", "--rate", 0.1, "--seed", 3, steps=30)).failed("rate, seed")
    done = run(*arguments(omniglot, folder, "--resume", steps=30))
    assert (done.status, done.out.splitlines()[:-1]) == (0, trained[1].out.splitlines()[:-1])
    whole, resumed = (load_file(path / "weights.safetensors") for path in (trained[0], folder))
    assert all((whole[name] == resumed[name]).all() for name in whole)


# The real command, in a process that prints a line during the training, and waits there for one.
STEPPING = """
import sys
from glyphstudio.engine.train import session
real = session.meta_train
def slow(*arguments, **named):
    for progress in real(*arguments, **named):
        if progress.step == 5:
            print("5 steps", flush=True)
            sys.stdin.readline()
        yield progress
def meta_train(*arguments, **named):
    steps = slow(*arguments, **named)
    return steps
session.meta_train = meta_train
from glyphstudio.__main__ import main
main()
"""


# The real command, interrupted as it imports a module. No wait can miss that moment.
INTERRUPTED_AT = """
import os, signal, sys
from glyphstudio.__main__ import main
module = sys.argv.pop(1)
class Interrupt:
    def find_spec(self, name, path=None, target=None):
        if name == module:
            sys.meta_path.remove(self)
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Interrupt())
main()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for other processes")
@pytest.mark.parametrize("module", ["glyphstudio.cli.app", "typer", "torch", "glyphstudio.engine.train.training"])
def test_ctrl_c_before_the_first_step_leaves_nothing_behind(omniglot: Path, tmp_path: Path, module: str) -> None:
    command = [sys.executable, "-c", INTERRUPTED_AT, module, *map(str, arguments(omniglot, tmp_path / "run"))]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT, timeout=PATIENCE)
    assert done.returncode == 130
    assert done.stdout == "" and "Traceback" not in done.stderr
    assert not (tmp_path / "run").exists()


def test_the_defaults_are_the_recipe_and_options_replace_them(tmp_path: Path) -> None:
    no_tables: dict[str, dict[str, object]] = {"inner": {"steps": None}, "encoder": {"channels": None}}
    config = _config(None, None, settings={"steps": None}, **no_tables)
    assert config == load_recipe(shipped_recipe("protonet"))
    own = TrainConfig(encoder=config.encoder, steps=config.steps, extra=0.25, jitter=Jitter(turn=11.0, wave=0.8))
    assert config == own  # all else is the plain default
    assert config.encoder.size == BITMAP_SIZE
    changed = _config(
        "maml",
        None,
        inner={"steps": 7},
        encoder={"channels": "8,16", "embedding": 8},
        settings={"ways": 3, "steps": None},
    )
    recipe = load_recipe(shipped_recipe("maml"))
    assert (changed.ways, changed.inner.steps, changed.encoder.channels) == (3, 7, (8, 16))
    assert (changed.steps, changed.inner.rate, changed.start) == (recipe.steps, recipe.inner.rate, "")
    assert _config("siamese", None, settings={}, **no_tables).start == "pretrained"
    with pytest.raises(typer.BadParameter, match=r"The 8 'groups' must divide each number of 'channels'\."):
        _config("maml", None, inner={}, encoder={"channels": "8,12"}, settings={})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("stepz = 3", ("unknown key 'stepz'", "The keys are")),
        ("[inner]\nwarp = 1", ("[inner]", "unknown key 'warp'")),
        ("steps = 'many'", ("'steps'", "a whole number")),
        ("steps = 1.5", ("'steps'", "a whole number")),
        ("rate = nan", ("'rate'", "a number")),
        ("ways = 0", ("'ways'", "2 or more")),
        ("rate = -1", ("'rate'", "from 1e-08 to 10000")),
        ("validate_every = 0", ("'validate_every'", "1 or more")),
        ("[inner]\nsteps = 0", ("'steps' in [inner]", "1 or more")),
        ("[encoder]\nchannels = [8, 0]", ("'channels' in [encoder]", "from 1 to 1024")),
        ("[encoder]\nsize = 28", ("[encoder]", "40 x 40")),
        ("inner = 3", ("must be a table",)),
        ("learner = 'magic'", ("'magic'", "protonet")),
        ("= 3", ("not a recipe in TOML",)),
    ],
)
def test_an_invalid_recipe(run: Command, tmp_path: Path, text: str, words: tuple[str, ...]) -> None:
    recipe = tmp_path / "recipe.toml"
    recipe.write_text(text)
    run("train", "--out", tmp_path / "run", "--recipe", recipe).failed(*words)


def test_missing_learners_and_weights(run: Command, omniglot: Path, tmp_path: Path) -> None:
    run("train", "--out", tmp_path / "run", "--learner", "magic").failed("no learner 'magic'", "reptile")
    run("train", "--out", tmp_path / "run", "--recipe", tmp_path / "no.toml").failed("cannot be read")
    run(*arguments(omniglot, tmp_path / "run", "--start", tmp_path / "no.safetensors")).failed("missing")
    run(*arguments(omniglot, tmp_path / "run", "--start", "pretrained")).failed("a different encoder")


def test_every_shipped_recipe_names_its_learner() -> None:
    for name in LEARNERS:
        assert load_recipe(shipped_recipe(name)).learner == name


def test_data_that_is_not_omniglot(run: Command, tmp_path: Path, omniglot: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file.zip").write_bytes(b"no archive")
    five = tmp_path / "five"
    shutil.copytree(omniglot, five, ignore=shutil.ignore_patterns("Runes", "Hooks"))
    for data, words in (
        (tmp_path / "empty", "neither class folders"),
        (tmp_path / "nowhere", "no file or folder"),
        (tmp_path / "file.zip", "neither a folder nor a readable zip"),
        (five, "only the validation alphabets"),
    ):
        run(*arguments(data, tmp_path / "run")).failed(words)
    run("train", "--out", tmp_path / "run").failed("glyphstudio data fetch omniglot", "--data")


def test_settings_that_need_more_data(run: Command, omniglot: Path, tmp_path: Path) -> None:
    run(*arguments(omniglot, tmp_path / "run", "--ways", 13)).failed("13 ways", "12", "fewer")
    run(*arguments(omniglot, tmp_path / "run", "--queries", 4)).failed("fewer")
    run(*arguments(omniglot, tmp_path / "run", "--device", "cuda:77")).failed("cuda:77", "cpu")
    run(*arguments(omniglot, tmp_path / "run", "--resume")).failed("no interrupted training", "--resume")
    assert not (tmp_path / "run" / "state.safetensors").exists()


def test_data_by_one_drawer_is_reported_before_training(run: Command, omniglot: Path, tmp_path: Path) -> None:
    lonely = tmp_path / "lonely"
    shutil.copytree(omniglot, lonely, ignore=lambda folder, names: [n for n in names if n.endswith(("2.png", "3.png"))])
    for folder in lonely.iterdir():
        if folder.name not in ("Runes", "Hooks"):
            for file in folder.rglob("*_04.png"):
                file.unlink()
    run(*arguments(lonely, tmp_path / "run", "--queries", 1, steps=10_000)).failed("fewer")


def test_a_place_that_cannot_be_written_is_reported_at_once(run: Command, omniglot: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for folder in (tmp_path / "file", tmp_path / "file" / "run", Path("/proc/run")):
        run(*arguments(omniglot, folder, steps=100_000)).failed(str(folder), "--out")


def test_a_damaged_state(run: Command, trained: tuple[Path, Done], omniglot: Path, tmp_path: Path) -> None:
    state = (trained[0] / "state.safetensors").read_bytes()
    folder = tmp_path / "run"
    folder.mkdir()
    for data in (b"", b"x", os.urandom(300), state[: len(state) // 2]):
        (folder / "state.safetensors").write_bytes(data)
        run(*arguments(omniglot, folder, "--resume", steps=30)).failed("state.safetensors")


def test_torchrun_leaves_each_option_to_the_command() -> None:
    """torchrun reads an option anywhere in the line as its own if several of its own start like it."""
    from torch.distributed.run import get_args_parser

    command = typer.main.get_command(app).commands["train"]  # type: ignore[attr-defined]
    for option in command.params:
        line = ["train", option.opts[-1], "1"]  # the last name, because --start has a second one for torchrun
        assert get_args_parser().parse_args(["-m", "glyphstudio", *line]).training_script_args == line
