"""enrol and classify: the window's main work, for files."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

import typer

from glyphstudio.cli.options import AsJson, Device, LibraryFile, WeightsFile
from glyphstudio.cli.output import columns, out, percent, print_json, progress_bar, say, say_problem
from glyphstudio.glyphs.importing import ImportFailure, load_drawing
from glyphstudio.glyphs.picture import Drawing, PictureError
from glyphstudio.library.library import Glyph, LibraryError, clean_name, default_library_path
from glyphstudio.names import shown
from glyphstudio.plural import counted
from glyphstudio.studio import EmptyDrawing, Ranking, Studio

Drawings = Annotated[list[Path], typer.Argument(metavar="PICTURE_OR_INK", help="Pictures, or ink as InkML.")]


def enrol(
    drawings: Drawings,
    name: Annotated[str, typer.Option(metavar="NAME", help="The glyph's name.")],
    library: LibraryFile = None,
    add: Annotated[bool, typer.Option("--add", help="Add the drawings to a glyph that exists.")] = False,
) -> None:
    """Enrol a glyph from one drawing or more. Enrol nothing unless all drawings can be enrolled.

    \b
    Examples:
      glyphstudio enrol --name Kresh kresh.png
      glyphstudio enrol --name Kresh --add kresh-2.png kresh-3.inkml
    """
    name = clean_name(name)
    loaded = [_loaded(path) for path in drawings]
    with Studio.open(library or default_library_path()) as studio:
        glyph = studio.library.find(name)
        if glyph is not None and not add:
            say_problem(
                f'A glyph named "{glyph.name}" already exists. Add these drawings to it with --add, or choose '
                "another name."
            )
            raise typer.Exit(1)
        glyph = _enrolled(studio, name, glyph, loaded)
        say(f'Enrolled "{glyph.name}", now {counted(len(glyph.shots), "drawing")}, in {studio.library.path}.')


def _loaded(path: Path) -> Drawing:
    """Load a drawing that has ink. Raises ImportFailure, whose sentence names the file."""
    try:
        drawing = load_drawing(path)
        Studio.check([drawing])
    except (ImportFailure, EmptyDrawing) as error:
        raise ImportFailure(_naming(path, error)) from error
    return drawing


def _enrolled(studio: Studio, name: str, glyph: Glyph | None, drawings: list[Drawing]) -> Glyph:
    """Return the glyph with all of `drawings`. If one cannot be kept, remove those before it again."""
    before = None if glyph is None else {shot.id for shot in glyph.shots}
    try:
        for drawing in drawings:
            glyph = studio.enrol(name, drawing) if glyph is None else studio.add_shot(glyph.id, drawing)
    except BaseException:
        if glyph is not None:
            with suppress(LibraryError):
                if before is None:
                    studio.delete_glyph(glyph.id)
                else:
                    for shot in studio.library.glyph(glyph.id).shots:
                        if shot.id not in before:
                            studio.delete_shot(shot.id)
        raise
    assert glyph is not None, "there is at least one drawing"  # noqa: S101 - the command line requires one
    return glyph


def classify(
    drawings: Drawings,
    library: LibraryFile = None,
    as_json: AsJson = False,
    weights: WeightsFile = None,
    device: Device = "auto",
) -> None:
    """Name the glyph in each drawing. The exit status is 1 if a drawing cannot be read.

    \b
    With --json, a list with an object for each drawing, in order:
      input       the file, as given
      verdict     "known" (it is the first candidate) or "unknown"
      candidates  up to five, the likeliest first: glyph, probability, distance
      ms          the time it took to render, embed and rank
      error       replaces the last three if the drawing cannot be read
    """
    results: list[dict[str, Any]] = []
    path = library or default_library_path()
    if not path.exists():
        raise LibraryError(f"There is no library at {path}. Enrol a glyph first, or name another file with --library.")
    with Studio.open_or_read(path) as studio:
        with progress_bar("Embedding the library") as progress:
            studio.warm_up(weights, device, progress)
        if not studio.library.glyphs():
            say(f"The library {path} is empty, so every glyph is unknown. Enrol one first.")
        for file in drawings:
            try:
                results.append(_judged(file, studio.rank(_loaded(file))))
            except (ImportFailure, PictureError) as error:
                results.append({"input": str(file), "error": _naming(file, error)})
    if as_json:
        print_json(results)
    else:
        _print(results)
    problems = [result["error"] for result in results if "error" in result]
    for problem in problems:
        say_problem(problem)
    if problems:
        raise typer.Exit(1)


def _naming(file: Path, error: Exception) -> str:
    """Return the sentence of `error`, with the whole path of its file."""
    sentence = str(error)
    if str(file) in sentence:
        return sentence
    return sentence.replace(file.name, str(file), 1) if file.name in sentence else f"{file}: {sentence}"


def _judged(file: Path, ranking: Ranking) -> dict[str, Any]:
    return {
        "input": str(file),
        "verdict": "known" if ranking.known else "unknown",
        "candidates": [
            {
                "glyph": candidate.name,
                "probability": round(candidate.probability, 4),
                "distance": round(candidate.distance, 4),
            }
            for candidate in ranking.candidates
        ],
        "ms": round(ranking.ms, 2),
    }


def _print(results: list[dict[str, Any]]) -> None:
    table = columns("Drawing", "Verdict", "Candidates", "ms", right=("ms",))
    for result in results:
        if "error" in result:
            continue
        guesses = [f"{guess['glyph']} {percent(guess['probability'], 0)}" for guess in result["candidates"][:3]]
        verdict = result["candidates"][0]["glyph"] if result["verdict"] == "known" else "unknown"
        table.add_row(shown(result["input"]), verdict, ", ".join(guesses), f"{result['ms']:.1f}")
    if table.row_count:
        out.print(table)
