"""The report of `make package`, what it counts as falling short, and the archive."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import archive
import pytest
from package import Report
from trials import Outcome

GOOD = Outcome("moved folder", True, "29 parts in 40 s", 41.0)


def report(*outcomes: Outcome, grown: tuple[str, ...] = ()) -> Report:
    return Report("0.1", "Linux", {"torch": 60.0}, list(grown), trials=list(outcomes), starts={"package, warm": TIMES})


TIMES = {"window": 0.5, "answer": 1.5}


def test_a_trial_that_could_not_run_is_reported_and_does_not_count_as_passed() -> None:
    words = report(GOOD, Outcome("bare Debian", None, "could not run here. It needs root.", 0.0)).in_words()
    assert "ok     moved folder" in words and "--     bare Debian (0 s): could not run here. It needs root." in words
    assert "0.50 s" in words and "1.50 s" in words
    assert words.endswith("Everything works.\n")


@pytest.mark.parametrize(
    "bad",
    [
        report(GOOD, Outcome("crash", False, "No traces.", 1.0)),
        report(GOOD, grown=("torch has 63.0 MB; the budget is 60.0 MB.",)),
    ],
)
def test_one_failure_or_growth_is_enough(bad: Report) -> None:
    assert not bad.ok
    words = bad.in_words()
    assert ("FAILED crash (1 s): No traces." in words) or ("torch has 63.0 MB" in words)
    assert words.endswith("Something fell short; see above.\n")


def test_the_same_folder_packs_to_the_same_bytes(tmp_path: Path) -> None:
    if not (shutil.which("tar") and shutil.which("zstd")):
        pytest.skip("Packing needs tar and zstd.")
    folder = tmp_path / "GlyphStudio"
    (folder / "_internal").mkdir(parents=True)
    (folder / "GlyphStudio").write_text("program")
    (folder / "GlyphStudio").chmod(0o755)
    (folder / "_internal" / "b ż").write_text("b")
    first = archive.pack(folder, tmp_path, level=1).read_bytes()
    (folder / "_internal" / "b ż").touch()
    (folder / "GlyphStudio").chmod(0o700)
    packed = archive.pack(folder, tmp_path, level=1)
    assert packed.read_bytes() == first
    there = tmp_path / "there"
    there.mkdir()
    subprocess.run(["tar", "-xf", packed, "-C", there], check=True)
    assert (there / "GlyphStudio" / "GlyphStudio").stat().st_mode & 0o777 == 0o755
    assert (there / "GlyphStudio" / "_internal" / "b ż").read_text() == "b"
