"""--self-test: the program tests itself, without a display, a network, or any of the user's files, and reports.

It proves that a package contains everything that the program needs, on the user's machine. The source checkout passes
it too. Everything happens in a temporary folder. Each part is a function of `Bench`. It raises if something is wrong,
and returns its measurements.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import platform
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from glyphstudio import __version__
from glyphstudio.cli.check import self_test_parts as parts
from glyphstudio.cli.check.self_test_parts import Bench, Facts
from glyphstudio.resources import LEARNERS

_DISTRIBUTIONS = ("torch", "numpy", "pillow", "PySide6_Essentials", "pyqtgraph", "safetensors", "typer", "rich")
Part = tuple[str, Callable[[Bench], Facts]]


def main(arguments: Sequence[str]) -> int:
    """Run `GlyphStudio --self-test [--report FILE] [--only PART ...]`. Return the status, 0 if all parts succeeded."""
    parser = argparse.ArgumentParser(prog="GlyphStudio --self-test", description="Test this GlyphStudio.")
    parser.add_argument("--report", type=Path, metavar="FILE", help="write the report there, as JSON")
    parser.add_argument("--only", nargs="+", metavar="PART", help="test only these parts, such as: enrol recognise")
    options = parser.parse_args(arguments)
    wanted = all_parts()
    if options.only:
        unknown = sorted(set(options.only) - {name for name, _ in wanted})
        if unknown:
            parser.error(f"unknown part: {', '.join(unknown)}. The parts are: {', '.join(name for name, _ in wanted)}.")
        wanted = [part for part in wanted if part[0] in options.only]
    report = self_test(wanted, _print)
    if options.report is not None:
        options.report.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    _print("Everything works." if report["ok"] else "Something does not work. See above.")
    return 0 if report["ok"] else 1


def all_parts(learners: Sequence[str] = tuple(LEARNERS), steps: int = 10) -> list[Part]:
    """Return the parts, in order. learners: those to train, for `steps` steps each."""
    return [
        ("enrol", parts.enrol),
        ("recognise", parts.recognise),
        ("reopen", parts.reopen),
        ("export", parts.export),
        ("formats", parts.formats),
        ("newer library", parts.refuse_newer_library),
        *((f"use {name}", parts.using(name)) for name in learners),
        *((f"train {name}", parts.training(name, steps)) for name in learners),
        ("processes", parts.processes),
        ("licences", parts.licences),
        ("curves", parts.curves),
        ("window", parts.window),
        ("docks", parts.docks),
    ]


def self_test(wanted: Sequence[Part], say: Callable[[str], None]) -> dict[str, Any]:
    """Run these parts in order. Return the report, ready for JSON."""
    before = os.environ.get("QT_QPA_PLATFORM")
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    began = time.perf_counter()
    done = []
    try:
        with tempfile.TemporaryDirectory(prefix="GlyphStudio self-test ż字 ") as folder, Bench(Path(folder)) as bench:
            for name, part in wanted:
                outcome = _tried(name, part, bench)
                say(f"{'ok    ' if outcome['ok'] else 'FAILED'} {name} ({outcome['seconds']:.1f} s)")
                if not outcome["ok"]:
                    say(outcome["error"])
                done.append(outcome)
    finally:
        if before is None:
            del os.environ["QT_QPA_PLATFORM"]
        else:
            os.environ["QT_QPA_PLATFORM"] = before
    return {
        "ok": all(outcome["ok"] for outcome in done),
        "seconds": round(time.perf_counter() - began, 2),
        "program": _about(),
        "parts": done,
    }


def _tried(name: str, part: Callable[[Bench], Facts], bench: Bench) -> dict[str, Any]:
    start = time.perf_counter()
    try:
        outcome: dict[str, Any] = {"ok": True, "found": part(bench)}
    except Exception:
        outcome = {"ok": False, "error": traceback.format_exc()}
    return {"part": name, "seconds": round(time.perf_counter() - start, 2), **outcome}


def _about() -> dict[str, Any]:
    """Return the versions and the size of the tested program."""
    frozen = bool(getattr(sys, "frozen", False))
    versions = {}
    for name in _DISTRIBUTIONS:
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            versions[name] = "unknown"
    return {
        "version": __version__,
        "packaged": frozen,
        "python": platform.python_version(),
        "system": platform.platform(),
        "processors": os.cpu_count(),
        "versions": versions,
        "megabytes": _megabytes(Path(sys.executable).parent) if frozen else None,
    }


def _megabytes(folder: Path) -> float:
    sizes = (file.stat().st_size for file in folder.rglob("*") if file.is_file() and not file.is_symlink())
    return round(sum(sizes) / 1e6, 1)


def _print(text: str) -> None:
    if sys.stdout is not None:  # None after a double click on Windows
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
