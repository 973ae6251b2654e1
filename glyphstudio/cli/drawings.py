"""enrol and classify: the window's main job for files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from glyphstudio.cli.options import AsJson, Device, LibraryFile, WeightsFile
from glyphstudio.cli.output import out, percent, print_json, progress_bar, say, say_problem
from glyphstudio.glyphs.importing import ImportFailure, load_drawing
from glyphstudio.glyphs.picture import PictureError
from glyphstudio.library.library import DuplicateName, default_library_path
from glyphstudio.studio import Ranking, Studio

Drawings = Annotated[list[Path], typer.Argument(metavar="PICTURE_OR_INK...", help="Pictures, or ink as InkML.")]


def enrol(
    drawings: Drawings,
    name: Annotated[str, typer.Option(help="The glyph's name.")],
    library: LibraryFile = None,
    add: Annotated[bool, typer.Option("--add", help="Add the drawings to a glyph that exists.")] = False,
) -> None:
    """Enrol a glyph from one drawing or more. Nothing is enrolled unless all of them can be."""
    loaded = [load_drawing(path) for path in drawings]
    with Studio.open(library or default_library_path()) as studio:
        studio.check(loaded)
        glyph = studio.library.find(name)
        if glyph is not None and not add:
            raise typer.Exit(_exists(glyph.name))
        rest = loaded
        if glyph is None:
            try:
                glyph, rest = studio.enrol(name, loaded[0]), loaded[1:]
            except DuplicateName as error:
                raise typer.Exit(_exists(error.glyph.name)) from error
        for drawing in rest:
            glyph = studio.add_shot(glyph.id, drawing)
        drawn = f"{len(glyph.shots)} drawing{'s' if len(glyph.shots) > 1 else ''}"
        say(f"Enrolled {glyph.name}, now {drawn}, in {studio.library.path}.")


def _exists(name: str) -> int:
    say_problem(
        f'There is a glyph named "{name}" already. Add these drawings to it with --add, or choose another name.'
    )
    return 1


def classify(
    drawings: Drawings,
    library: LibraryFile = None,
    as_json: AsJson = False,
    weights: WeightsFile = None,
    device: Device = "auto",
) -> None:
    """Say which glyph each drawing is. The exit status is 1 where a drawing could not be read."""
    failed = False
    results: list[dict[str, Any]] = []
    path = library or default_library_path()
    if not path.exists():
        say_problem(f"There is no library at {path}. Enrol a glyph first, or name another file with --library.")
        raise typer.Exit(1)
    with Studio.open(path) as studio:
        with progress_bar("Embedding the library") as progress:
            studio.warm_up(weights, device, progress)
        for file in drawings:
            try:
                results.append(_judged(file, studio.rank(load_drawing(file))))
            except (ImportFailure, PictureError) as error:
                failed = True
                results.append({"input": str(file), "error": str(error)})
    if as_json:
        print_json(results)
    else:
        _print(results)
    for result in results:
        if "error" in result:
            named = result["error"] if result["input"] in result["error"] else f"{result['input']}: {result['error']}"
            say_problem(named)
    if failed:
        raise typer.Exit(1)


def _judged(file: Path, ranking: Ranking) -> dict[str, Any]:
    candidates = [
        {
            "glyph": candidate.name,
            "probability": round(candidate.probability, 4),
            "distance": round(candidate.distance, 4),
            "shots": candidate.shots,
        }
        for candidate in ranking.candidates
    ]
    known = ranking.known
    return {
        "input": str(file),
        "verdict": "known" if known else "unknown",
        "glyph": candidates[0]["glyph"] if known else None,
        "candidates": candidates,
        "ms": round(ranking.ms, 2),
    }


def _print(results: list[dict[str, Any]]) -> None:
    table = Table()
    for column in ("Drawing", "Verdict", "Candidates", "ms"):
        table.add_column(column, justify="right" if column == "ms" else "left", overflow="fold")
    for result in results:
        if "error" in result:
            continue
        guesses = ", ".join(f"{c['glyph']} {percent(c['probability'], 0)}" for c in result["candidates"][:3])
        verdict = result["glyph"] or "unknown"
        table.add_row(escape(result["input"]), escape(verdict), escape(guesses), f"{result['ms']:.1f}")
    if table.row_count:
        out.print(table)
