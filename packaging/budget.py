"""Compares the package's ten largest parts, and the whole, with packaging/budget.toml. Growth stops the build.

.venv/bin/python packaging/budget.py FOLDER [--renew]      --renew makes today's sizes the new budget
"""

from __future__ import annotations

import sys
import tomllib
from collections import Counter
from pathlib import Path

BUDGET = Path(__file__).resolve().parent / "budget.toml"
PARTS = 10
HEAD = """# The largest allowed size of the Linux package, in MB (a million bytes): ten largest parts and whole folder.
# A part that grows by more than the allowance stops `make package`. If the growth is worth it, renew the budget:
#   .venv/bin/python packaging/budget.py out/package/GlyphStudio --renew
"""
_BY_THEMSELVES = ("libtorch_cpu", "libtorch_python", "libscipy_openblas", "libicudata")


def sizes(folder: Path) -> dict[str, float]:
    """Return MB by part, largest first. Large libraries are parts by themselves; other files count with their
    folder."""
    found: Counter[str] = Counter()
    for file in folder.rglob("*"):
        if file.is_file() and not file.is_symlink():
            found[_part(file.relative_to(folder))] += file.stat().st_size
    return {name: round(size / 1e6, 1) for name, size in found.most_common()}


def _part(file: Path) -> str:
    inner = file.parts[1:] if file.parts[0] == "_internal" else file.parts
    if file.name.startswith(_BY_THEMSELVES):
        return file.name.split("-")[0].split(".")[0]
    if len(inner) == 1:
        return "program and Python modules" if file.stem == "GlyphStudio" else "libraries of the system and Python"
    return inner[0]


def grown(now: dict[str, float], budget: dict[str, float], allowance: float) -> list[str]:
    """Return a sentence for every part that is too large. Small parts may come and go."""
    total = sum(now.values())
    sentences = [
        f"{name} has {size:.1f} MB; the budget is {budget.get(name, 0):.1f} MB."
        for name, size in list(now.items())[:PARTS]
        if size > budget.get(name, 0) * (1 + allowance) + 0.2
    ]
    if total > budget["total"] * (1 + allowance):
        sentences.append(f"The whole package has {total:.0f} MB; the budget is {budget['total']:.0f} MB.")
    return sentences


def judged(folder: Path) -> list[str]:
    """Print the table, and return a sentence for every part that has grown."""
    now = sizes(folder)
    for name, size in list(now.items())[:PARTS]:
        sys.stdout.write(f"  {size:7.1f} MB  {name}\n")
    sys.stdout.write(f"  {sum(now.values()):7.1f} MB  in total\n")
    sys.stdout.flush()
    if sys.platform != "linux":
        return []
    written = tomllib.loads(BUDGET.read_text(encoding="utf-8"))
    sentences = grown(now, written["megabytes"], written["allowance"])
    return [f"{sentence} (packaging/budget.toml)" for sentence in sentences]


def renew(folder: Path) -> None:
    """Make today's sizes the budget."""
    now = sizes(folder)
    lines = [f'"{name}" = {size}' for name, size in list(now.items())[:PARTS]]
    total = round(sum(now.values()), 1)
    text = f"{HEAD}allowance = 0.03\n\n[megabytes]\ntotal = {total}\n" + "\n".join(lines) + "\n"
    BUDGET.write_text(text, encoding="utf-8")


def main(folder: Path) -> None:
    """Exit with the sentences if something has grown."""
    sentences = judged(folder)
    if sentences:
        sys.exit("The package has grown.\n" + "\n".join(sentences))


if __name__ == "__main__":
    if "--renew" in sys.argv:
        renew(Path(sys.argv[1]))
    main(Path(sys.argv[1]))
