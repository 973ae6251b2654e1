"""`make package`: builds the folder, compares it with its budget, packs it, tries it out, uses it, and reports.

.venv/bin/python packaging/package.py [--out out/package] [--quick] [--from-folder]

--quick is for CI. It leaves out the archives, the start times and all trials except the self-test in a moved folder.
Writes report.json and report.txt into OUT. Exits with 1 if anything falls short.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

import archive
import budget
import debian
import hand
import starts
import trials
from build import ROOT, build, version
from trials import Outcome

PICTURE = "packaged-window.png"
QUICK = ("moved folder",)


@dataclass
class Report:
    """The files, their sizes, the start times, and the results of the trials."""

    version: str
    machine: str
    megabytes: dict[str, float]
    grown: list[str]
    archives: dict[str, float] = field(default_factory=dict)
    starts: dict[str, starts.Times] = field(default_factory=dict)
    trials: list[Outcome] = field(default_factory=list)
    seconds: int = 0

    @property
    def ok(self) -> bool:
        return not self.grown and all(outcome.ok is not False for outcome in self.trials)

    def in_words(self) -> str:
        lines = [f"GlyphStudio {self.version} on {self.machine}, in {self.seconds} s", ""]
        lines += [f"{size:8.1f} MB  {name}" for name, size in list(self.megabytes.items())[: budget.PARTS]]
        lines += [f"{sum(self.megabytes.values()):8.1f} MB  the whole folder"]
        lines += [f"{size:8.1f} MB  {name}" for name, size in self.archives.items()]
        lines += ["", *starts.table(self.starts), *map(str, self.trials), "", *self.grown]
        lines.append("Everything works." if self.ok else "Something fell short; see above.")
        return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, default=ROOT / "out" / "package")
    parser.add_argument("--quick", action="store_true", help="no archives, no start times, fewer trials: for CI")
    parser.add_argument("--from-folder", action="store_true", help="do not build: OUT has a built folder")
    options = parser.parse_args()
    if sys.platform != "linux":
        sys.exit("`make package` is for Linux. Elsewhere, run packaging/build.py; see docs/packaging.md.")
    out = options.out.resolve()
    began = time.monotonic()
    folder = out / "GlyphStudio" if options.from_folder else build(out)
    machine = f"{platform.platform()}, {os.cpu_count()} processors"
    report = Report(version(), machine, budget.sizes(folder), budget.judged(folder))
    package = None
    if not options.quick:
        package = debian.make(folder, out) if has_debian_tools() else None
        packed = [archive.pack(folder, out), *([package] if package else [])]
        report.archives = {file.name: round(file.stat().st_size / 1e6, 1) for file in packed}
        report.starts = starts.measure(folder)
    report.trials = [
        *trials.try_out(folder, out / "work", QUICK if options.quick else (), package),
        trials.outcome_of("drawing by mouse", lambda: hand.use(folder, out / PICTURE)),
    ]
    report.seconds = round(time.monotonic() - began)
    written = json.dumps({"ok": report.ok, **asdict(report)}, indent=2, ensure_ascii=False)
    (out / "report.json").write_text(written + "\n", encoding="utf-8")
    (out / "report.txt").write_text(report.in_words(), encoding="utf-8")
    sys.stdout.write("\n" + report.in_words())
    sys.exit(0 if report.ok else 1)


def has_debian_tools() -> bool:
    return all(shutil.which(tool) for tool in ("dpkg", "dpkg-deb", "objdump"))


if __name__ == "__main__":
    main()
