"""Measures start times of the built program and of the source, in turns: to the painted window and to the first answer.

.venv/bin/python packaging/starts.py FOLDER [--times N]

Warm: the files were read before. Cold: Linux (as root) drops all files from its cache, so that they come from the disk
again, including the libraries of the system and of Python. Starts are offscreen, over a new library, with a drawing on
the canvas before the recogniser has loaded. Time counts from the creation of the process.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from build import ROOT, say
from rooms import bare, is_root

_FORGET = Path("/proc/sys/vm/drop_caches")
Times = dict[str, float]


def measure(folder: Path, times: int = 5) -> dict[str, Times]:
    """Return medians in seconds by program and kind: {"package, warm": {"window": 0.4, "answer": 1.8}, ...}."""
    with tempfile.TemporaryDirectory(prefix="glyphstudio-start-") as home:
        package = bare(Path(home), QT_QPA_PLATFORM="offscreen")
        source = {**os.environ, "HOME": home, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT)}
        programs: Mapping[str, tuple[Sequence[str], Mapping[str, str]]] = {
            "package": ([str(folder / "GlyphStudio")], package),
            "source": ([sys.executable, "-m", "glyphstudio"], source),
        }
        found = {}
        for how in ("warm", "cold"):
            if how == "cold" and not (is_root() and _FORGET.exists()):
                continue
            if how == "warm":
                for command, environment in programs.values():
                    start(command, environment)
            seen: dict[str, list[tuple[float, float]]] = {name: [] for name in programs}
            for _ in range(times):
                for name, (command, environment) in programs.items():
                    if how == "cold":
                        os.sync()
                        _FORGET.write_text("3\n", encoding="ascii")
                    seen[name].append(start(command, environment))
            for name, values in seen.items():
                window, answer = (statistics.median(column) for column in zip(*values, strict=True))
                found[f"{name}, {how}"] = {"window": round(window, 2), "answer": round(answer, 2)}
    return found


def start(command: Sequence[str], environment: Mapping[str, str]) -> tuple[float, float]:
    """Run one start to its end. Return the seconds to the painted window and to the first answer."""
    argument = json.dumps([time.time(), None, "auto"])
    done = subprocess.run(
        [*command, "--measure-start", argument], env=dict(environment), capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"{command[0]} did not start, so it cannot be measured: {done.stderr[-2000:]}")
    window, answer, _ = json.loads(done.stdout.splitlines()[-1])
    return window, answer


def table(found: Mapping[str, Times]) -> list[str]:
    return [f"{name:16} window {at['window']:5.2f} s, first answer {at['answer']:5.2f} s" for name, at in found.items()]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--times", type=int, default=5)
    options = parser.parse_args()
    for line in table(measure(options.folder.resolve(), options.times)):
        say(line)


if __name__ == "__main__":
    main()
