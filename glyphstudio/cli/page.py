"""page: the window's tray, for files. Cuts whole pages into glyphs, and names each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from glyphstudio.cli.library import write_new
from glyphstudio.cli.options import AsJson, Device, LibraryFile, WeightsFile
from glyphstudio.cli.output import (
    columns,
    out,
    percent,
    print_json,
    progress_bar,
    say,
    say_problem,
    verdict_of,
    verdict_text,
)
from glyphstudio.glyphs.importing import ImportFailure
from glyphstudio.glyphs.page.opening import load_pages, page_files
from glyphstudio.glyphs.page.page import Page
from glyphstudio.glyphs.page.segmenting import find_cells
from glyphstudio.glyphs.picture import Picture
from glyphstudio.library.library import LibraryError, default_library_path
from glyphstudio.names import shown
from glyphstudio.plural import counted
from glyphstudio.studio import NO_ANSWER, Studio


def page(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE", help="Pictures of pages, TIFF with several, or folders of them.")
    ],
    library: LibraryFile = None,
    to: Annotated[
        Path | None, typer.Option("--to", metavar="FOLDER", help="Write each glyph as a PNG to this folder.")
    ] = None,
    as_json: AsJson = False,
    weights: WeightsFile = None,
    device: Device = "auto",
) -> None:
    """Cut pages into glyphs, and name each one. The exit status is 1 if a page cannot be read.

    Without a library of your own, the glyphs are only cut out.

    \b
    With --json, a list with an object for each page, in order:
      input       the file
      page        its number in the file, from 1
      width, height  of the page, in pixels
      cells       the glyphs, in reading order:
        box         left, top, right, bottom on the page, in pixels
        aside       true for what is probably a page number
        verdict     "known" (the first candidate), "either" (one of the first
                    two) or "unknown"
        candidates  up to five: glyph, probability, distance
        picture     the file written to FOLDER, with --to
      error       replaces all but the input if the file cannot be read
    """
    results: list[dict[str, Any]] = []
    pictures: list[tuple[Path, bytes]] = []
    paths = [file.path for file in page_files(files)]
    stems = _stems(paths)
    with _studio(library, weights, device) as studio, progress_bar("Reading pages") as progress:
        for number, (path, stem) in enumerate(zip(paths, stems, strict=True)):
            progress(number, len(paths))
            try:
                for loaded in load_pages(path):
                    result, cut = _cells(loaded, studio)
                    if to is not None:
                        for index, (cell, picture) in enumerate(zip(result["cells"], cut, strict=True), start=1):
                            file = to / f"{stem}-{loaded.number}-{index:03}.png"
                            cell["picture"] = str(file)
                            pictures.append((file, picture.to_png()))
                    results.append(result)
            except ImportFailure as error:
                results.append({"input": str(path), "error": str(error)})
    if to is not None:
        write_new(to, pictures)
    if as_json:
        print_json(results)
    else:
        _print(results)
    if to is not None:
        say(f"Wrote {counted(len(pictures), 'picture')} to {to}.")
    problems = [result["error"] for result in results if "error" in result]
    for problem in problems:
        say_problem(problem)
    if problems:
        raise typer.Exit(1)


@contextmanager
def _studio(library: Path | None, weights: Path | None, device: str) -> Iterator[Studio | None]:
    """Open the library and load the recogniser; None without a library of the user's own."""
    path = library or default_library_path()
    if not path.exists():
        if library is not None:
            raise LibraryError(f"There is no library at {path}. Enrol a glyph first, or name another file.")
        say(f"There is no library at {path}, so the glyphs are only cut out. Enrol one first to have them named.")
        yield None
        return
    with ExitStack() as stack:
        studio = stack.enter_context(Studio.open_or_read(path))
        with progress_bar("Embedding the library") as progress:
            studio.warm_up(weights, device, progress)
        if not studio.library.glyphs():
            say(f"The library {path} is empty, so every glyph is unknown. Enrol one first.")
        yield studio


def _cells(page: Page, studio: Studio | None) -> tuple[dict[str, Any], list[Picture]]:
    cells = find_cells(page.ink)
    pictures = [page.cut(cell) for cell in cells]
    rankings = [NO_ANSWER] * len(cells) if studio is None else studio.judge(pictures)
    height, width = page.grey.shape
    result = {
        "input": page.source,
        "page": page.number,
        "width": round(width * page.scale),
        "height": round(height * page.scale),
        "cells": [
            {
                "box": list(page.in_file(cell.box)),
                "aside": cell.aside,
            }
            | verdict_of(ranking)
            for cell, ranking in zip(cells, rankings, strict=True)
        ],
    }
    return result, pictures


def _stems(paths: list[Path]) -> list[str]:
    """Return the start of the names of the pictures cut from each file: all different, even if case is ignored."""
    used: Counter[str] = Counter()
    stems = []
    for path in paths:
        used[path.stem.casefold()] += 1
        count = used[path.stem.casefold()]
        stems.append(shown(path.stem).replace("\ufffd", "_") + (f" ({count})" if count > 1 else ""))
    return stems


def _print(results: list[dict[str, Any]]) -> None:
    table = columns("Page", "Cell", "Box", "Verdict", "Candidates", right=("Cell",))
    for result in results:
        if "error" in result:
            continue
        name = shown(result["input"]) + (f", page {result['page']}" if result["page"] > 1 else "")
        if not result["cells"]:
            say(f"No glyphs were found on {name}. Use a sharper or lighter picture of the page.")
        for number, cell in enumerate(result["cells"], start=1):
            guesses = [f"{guess['glyph']} {percent(guess['probability'], 0)}" for guess in cell["candidates"][:3]]
            verdict = verdict_text(cell)
            box = " ".join(map(str, cell["box"]))
            table.add_row(name, str(number), box, "page number?" if cell["aside"] else verdict, ", ".join(guesses))
    if table.row_count:
        out.print(table)
