"""What every command has in common: help, usage errors, exit statuses, and never a traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from glyphstudio import __version__

from .conftest import ROOT, Command, sample, started

COMMANDS = [
    [],
    ["enrol"],
    ["classify"],
    ["page"],
    ["train"],
    ["evaluate"],
    ["compare"],
    ["adapt"],
    ["bench"],
    ["library"],
    ["library", "list"],
    ["library", "rename"],
    ["library", "delete"],
    ["library", "export"],
    ["data"],
    ["data", "fetch"],
]


@pytest.mark.parametrize("option", ["-h", "--help"])
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_has_help_that_fits_a_terminal(run: Command, command: list[str], option: str) -> None:
    done = run(*command, option)
    assert (done.status, done.err) == (0, "")
    assert done.out.startswith("Usage: glyphstudio")
    example = [line for line in done.out.splitlines() if line.strip().startswith("glyphstudio ")]
    assert all(len(line) <= 80 for line in done.out.splitlines() if line not in example)
    assert all(line.endswith(tuple(".]):")) or line.startswith(" ") for line in done.out.splitlines()[2:3])


def test_the_version(run: Command) -> None:
    assert run("--version").out == f"GlyphStudio {__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["enrl"], "Did you mean 'enrol'?"),
        (["library", "lst"], "Did you mean 'list'?"),
        (["classify", "--jsn", "x"], "--json"),
        (["enrol", "x.png"], "--name"),
        (["enrol", "--name", "x"], "PICTURE_OR_INK"),
        (["classify"], "PICTURE_OR_INK"),
        (["train"], "--out"),
        (["train", "--out", "x", "--rate", "nan"], "--rate"),
        (["train", "--out", "x", "--channels", "8,x"], "whole numbers"),
        (["train", "--out", "x", "--channels", "8,8,8,8,8,8,8"], "fewer blocks"),
        (["evaluate", "--ways", "0"], "--ways"),
        (["evaluate", "--ways", "many"], "--ways"),
        (["evaluate", "--shots", "0"], "--shots"),
        (["evaluate", "--tasks", "-1"], "--tasks"),
        (["evaluate", "--seed", "-1"], "--seed"),
        (["evaluate", "--split", "test"], "validation"),
        (["compare", "--ways", "1"], "--ways"),
        (["compare", "--tasks", "0"], "--tasks"),
        (["adapt", "cosines"], "sinusoids"),
        (["adapt", "sinusoids", "--shots", "0"], "--shots"),
        (["adapt", "sinusoids", "--start", "mamal"], "maml++"),
        (["library", "export", "x", "--format", "jpg"], "inkml"),
        (["data", "fetch", "mnist"], "omniglot"),
        (["bench", "--starts", "0"], "--starts"),
        ([""], "No such command"),
        (["--library", "x.glyphs", "library", "list"], "after 'library'"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_usage(run: Command, arguments: list[str], words: str) -> None:
    done = run(*arguments)
    assert (done.status, done.out) == (2, "")
    assert "Usage: glyphstudio" in done.err and words in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize("group", ["library", "data"])
def test_a_group_alone_shows_its_commands(run: Command, group: str) -> None:
    done = run(group)
    assert done.status == 2
    assert "Commands:" in done.out + done.err


def test_a_separate_process_gives_the_same_statuses(library: Path) -> None:
    good = started("enrol", "--library", library, "--name", "Kresh", sample("Kresh"))
    assert (good.status, good.out) == (0, "")
    started("library", "list", "--library", library / "not there").failed("There is no library")
    assert started("library", "list", "--lib").status == 2


def test_only_required_packages_are_imported() -> None:
    """For example, click is installed for the development tools only."""
    code = """import sys
for name in ("click", "pytest", "hypothesis", "packaging"):
    sys.modules[name] = None
sys.argv = ["glyphstudio", "library", "list", "--library", "/nowhere/x"]
from glyphstudio.__main__ import main
main()"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("glyphstudio: There is no library")


def test_a_closed_pipe_is_no_error(run: Command, library: Path) -> None:
    assert run("enrol", "--library", library, "--name", "Kresh", sample("Kresh")).status == 0
    for arguments in (["list"], ["list", "--json"]):
        command = [sys.executable, "-m", "glyphstudio", "library", *arguments, "--library", str(library)]
        reading, writing = os.pipe()
        os.close(reading)
        done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, text=True, cwd=ROOT, check=False)
        os.close(writing)
        assert done.stderr == ""
        assert done.returncode in (1, 141)


def test_names_that_the_terminal_cannot_show(run: Command, library: Path) -> None:
    assert run("enrol", "--library", library, "--name", "Fjörd 🗿", sample("Kresh")).status == 0
    ascii_only = {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    assert started("library", "list", "--library", library, **ascii_only).status == 0
    done = started("library", "list", "--json", "--library", library, **ascii_only)
    assert json.loads(done.out)[0]["glyph"] == "Fjörd 🗿"


def test_text_from_outside_is_made_safe_for_the_terminal(run: Command, tmp_path: Path, library: Path) -> None:
    done = run("classify", "--library", library, tmp_path / "\x1b[2J.png")
    assert "\x1b" not in done.err
    done = run("library", "rename", "--library", tmp_path / "\x1b]0;x\x07\n.glyphs", "a", "b")
    assert "\x1b" not in done.err and done.err.count("\n") == 1


def test_markup_in_names_is_plain_text(run: Command, library: Path) -> None:
    for name in ("[bold]x[/]", ":smile:", "a\\[b", "[/]"):
        assert run("enrol", "--library", library, "--name", name, sample("Kresh")).status == 0
    listed = run("library", "list", "--library", library).out
    assert all(name in listed for name in ("[bold]x[/]", ":smile:", "a\\[b", "[/]"))


def test_an_invalid_path(run: Command) -> None:
    run("library", "list", "--library", "x" * 10_000).failed("File name too long")
    run("enrol", "--library", "x" * 10_000, "--name", "a", sample("Kresh")).failed("too long")
    assert len(run("library", "list", "--library", "x" * 10_000).err) < 500
