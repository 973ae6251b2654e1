"""docs/architecture.md: the files that it names exist, and the rooms that it draws are those of the program."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
OLD = {"0010-rooms.md"}  # names files that are gone, because it tells where they went


def test_every_file_that_the_map_names_exists() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:glyphstudio|tests|assets|docs)/[\w./-]+)`", text))
    assert len(named) > 30
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_that_a_page_names_exists(page: Path) -> None:
    """Pages name files by their path from the top, or from `glyphstudio/`, and link to each other."""
    text = page.read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:glyphstudio|tests|packaging|assets|ui|engine|cli|learners)/[\w./-]+\.\w+)`", text))
    missing = [name for name in named if not (ROOT / name).exists() and not (ROOT / "glyphstudio" / name).exists()]
    assert page.name in OLD or missing == []
    links = re.findall(r"\]\(([\w./-]+)\)", text)
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_the_map_shows_every_room() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rooms = [
        folder.name
        for parent in ("", "ui", "engine")
        for folder in (ROOT / "glyphstudio" / parent).iterdir()
        if (folder / "__init__.py").is_file()
    ]
    assert len(rooms) > 25
    picture = text.split("```mermaid")[1].split("```")[0]
    assert [room for room in rooms if not re.search(rf"\b{room}\b", picture)] == []


def test_every_room_says_what_it_is_and_holds_at_most_sixteen_files() -> None:
    for init in (ROOT / "glyphstudio").rglob("__init__.py"):
        assert re.match(r'"""\S[^\n]*', init.read_text(encoding="utf-8")), f"{init} has no docstring"
        files = [file for file in init.parent.iterdir() if file.suffix == ".py"]
        assert len(files) <= 16, f"{init.parent} holds {len(files)} files"
    ui = [path.name for path in (ROOT / "glyphstudio" / "ui").iterdir() if path.is_file()]
    assert ui == ["__init__.py"]
