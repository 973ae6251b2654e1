"""The budget: growth stops the build until the new sizes become the budget."""

from __future__ import annotations

import tomllib
from pathlib import Path

import budget
import pytest

WRITTEN = {"total": 100.0, "torch": 60.0, "PySide6": 30.0}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A package of three megabytes."""
    folder = tmp_path / "GlyphStudio"
    for name, size in {
        "GlyphStudio": 400_000,
        "_internal/torch/lib/libtorch_cpu.so": 1_500_000,
        "_internal/torch/lib/libc10.so": 300_000,
        "_internal/libz.so.1": 100_000,
        "_internal/PySide6/Qt/lib/libQt6Core.so.6": 700_000,
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"x" * size)
    (folder / "_internal/libQt6Core.so.6").symlink_to("PySide6/Qt/lib/libQt6Core.so.6")
    return folder


def test_parts_and_links_are_counted_once(folder: Path) -> None:
    assert budget.sizes(folder) == {
        "libtorch_cpu": 1.5,
        "PySide6": 0.7,
        "program and Python modules": 0.4,
        "torch": 0.3,
        "libraries of the system and Python": 0.1,
    }


@pytest.mark.parametrize(
    ("now", "said"),
    [
        ({"torch": 60.0, "PySide6": 30.0, "other": 0.1}, []),
        ({"torch": 61.0, "PySide6": 30.5}, []),
        ({"torch": 63.0, "PySide6": 30.0}, ["torch has 63.0 MB; the budget is 60.0 MB."]),
        ({"torch": 60.0, "PySide6": 30.0, "scipy": 9.0}, ["scipy has 9.0 MB; the budget is 0.0 MB."]),
    ],
)
def test_parts_that_grow_are_named(now: dict[str, float], said: list[str]) -> None:
    assert budget.grown(now, WRITTEN, 0.03) == said


def test_many_small_parts_are_growth_too() -> None:
    now = {"torch": 60.0, "PySide6": 30.0, **{f"part {number}": 0.2 for number in range(90)}}
    assert budget.grown(now, WRITTEN, 0.03) == ["The whole package has 108 MB; the budget is 100 MB."]


def test_growth_stops_the_build_until_the_budget_is_renewed(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(budget, "BUDGET", tmp_path / "budget.toml")
    monkeypatch.setattr("sys.platform", "linux")
    budget.renew(folder)
    budget.main(folder)
    (folder / "_internal/torch/lib/libtorch_cpu.so").write_bytes(b"x" * 2_000_000)
    with pytest.raises(SystemExit, match=r"libtorch_cpu has 2\.0 MB; the budget is 1\.5 MB"):
        budget.main(folder)
    budget.renew(folder)
    budget.main(folder)


def test_the_budget_that_is_shipped_names_ten_parts() -> None:
    written = tomllib.loads(budget.BUDGET.read_text(encoding="utf-8"))
    parts = {name: size for name, size in written["megabytes"].items() if name != "total"}
    assert len(parts) == 10 and sum(parts.values()) <= written["megabytes"]["total"]
