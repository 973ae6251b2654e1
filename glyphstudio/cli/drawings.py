"""enrol and classify: the window's main work, for files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from glyphstudio.cli.options import AsJson, Device, LibraryFile, WeightsFile
from glyphstudio.cli.output import (
    columns,
    out,
    percent,
    print_json,
    progress_bar,
    say,
    say_problem,
    say_warning,
    verdict_of,
    verdict_text,
)
from glyphstudio.glyphs.importing import STANDARD_INPUT, ImportFailure, load_drawing, load_drawings
from glyphstudio.glyphs.picture import Drawing, PictureError
from glyphstudio.library.library import (
    BadName,
    DuplicateName,
    Glyph,
    Library,
    LibraryError,
    clean_name,
    default_library_path,
)
from glyphstudio.names import shown
from glyphstudio.plural import counted
from glyphstudio.studio import EmptyDrawing, Studio

if TYPE_CHECKING:
    from glyphstudio.data.labelled import LabelledDrawings

Drawings = Annotated[
    list[Path],
    typer.Argument(metavar="PICTURE_OR_INK", help="Pictures, PDF, SVG, or ink. - reads standard input."),
]
Page = Annotated[
    int | None, typer.Option("--page", metavar="N", min=1, help="The page of a PDF, TIFF or Xournal++ file.")
]
_MOST_NAMED = 20  # files that were left out
_LONGEST_LABEL = 80  # characters


def enrol(
    drawings: Annotated[
        list[Path] | None,
        typer.Argument(metavar="PICTURE_OR_INK", help="Pictures, PDF, SVG, or ink. - reads standard input."),
    ] = None,
    name: Annotated[str | None, typer.Option(metavar="NAME", help="The glyph's name.")] = None,
    library: LibraryFile = None,
    add: Annotated[bool, typer.Option("--add", help="Add the drawings to a glyph that exists.")] = False,
    source: Annotated[
        Path | None,
        typer.Option(
            "--from",
            metavar="PATH",
            help="A folder or zip of class folders (NAME/picture.png, any depth), or a file that names its drawings.",
        ),
    ] = None,
    page: Page = None,
) -> None:
    """Enrol a glyph from one drawing or more. Enrol nothing unless all drawings can be enrolled.

    A warning says what of a picture was left out as part of the paper, and if its ink is doubtful.

    With --from, enrol many glyphs at once. The folder that a file is in names its glyph, or the file does so itself
    (Quick, Draw!, labelled InkML, gestures, UNIPEN). A file that cannot be read is left out and named, and the exit
    status is then 1.

    \b
    Examples:
      glyphstudio enrol --name Kresh kresh.png
      glyphstudio enrol --name Kresh --add kresh-2.png kresh-3.inkml
      glyphstudio enrol --from signs/
    """
    if source is not None:
        if drawings or name is not None or page is not None:
            raise typer.BadParameter(
                "--from takes the names from the folders: give no --name, --page and files with it."
            )
        _enrol_from(source, library or default_library_path(), add)
        return
    if name is None or not drawings:
        raise typer.BadParameter("Give --name and one PICTURE_OR_INK or more, or --from and a folder.")
    name = clean_name(name)
    loaded = [_loaded(path, page) for path in drawings]
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


def _enrol_from(source: Path, library: Path, add: bool) -> None:
    from glyphstudio.data.labelled import LabelledDrawings

    labelled = LabelledDrawings(source)
    with progress_bar("Reading") as on_progress:
        usable = _usable(labelled, on_progress)
        first = next(usable, None)  # before the library is made, if there is none yet
        if first is None:
            _say_left_out(labelled)
            raise ImportFailure(
                f"{source} has no drawing that can be enrolled. Put the drawings of each glyph in a folder with the "
                "glyph's name (NAME/picture.png)."
            )
        with Library.open(library) as opened:
            try:
                counts = opened.enrol_all(chain([first], usable), add)
            except DuplicateName as error:
                raise LibraryError(
                    f'A glyph named "{error.glyph.name}" already exists, so nothing was enrolled. Add the drawings to '
                    "glyphs that exist with --add, or rename the folder."
                ) from error
            place = opened.path
    _say_left_out(labelled)
    say(f"Enrolled {counted(sum(counts.values()), 'drawing')} of {counted(len(counts), 'glyph')} in {place}.")
    if labelled.left_out:
        raise typer.Exit(1)


def _usable(labelled: LabelledDrawings, on_progress: Callable[[int, int], None]) -> Iterator[tuple[str, Drawing]]:
    """Yield the drawings that can be enrolled, under clean names. Note the others."""
    for one in labelled(on_progress):
        try:
            name = clean_name(one.name)
            Studio.check([one.drawing])
        except (BadName, EmptyDrawing) as error:
            labelled.left_out.append(f"{shown(one.file)}: {error}")
        else:
            yield name, one.drawing


def _say_left_out(labelled: LabelledDrawings) -> None:
    from glyphstudio.data.labelled import summary

    for note in labelled.notes:
        say(note)
    for sentence in summary(labelled.doubts, _MOST_NAMED, "Doubtful"):
        say_warning(sentence)
    for sentence in summary(labelled.left_out, _MOST_NAMED):
        say_problem(f"Left out: {sentence}")


def _loaded(path: Path, page: int | None) -> Drawing:
    """Load a drawing that has ink. Raises ImportFailure, whose sentence names the file."""
    try:
        drawing = load_drawing(path, page, say_warning)
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
    page: Page = None,
) -> None:
    """Name the glyph in each drawing. The exit status is 1 if a drawing cannot be read.

    A file with several drawings (Quick, Draw!, labelled InkML, Xournal++) gets an answer for each of them. A warning
    says what of a picture was left out as part of the paper, and if its ink is doubtful.

    \b
    With --json, a list with an object for each drawing, in order:
      input       the file, as given
      drawing     its number in the file, from 1, if the file has several
      label       the name that the file gives the drawing, if any
      notes       sentences about what was left out or is doubtful, if any
      verdict     "known" (the first candidate), "either" (one of the first
                  two) or "unknown"
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
            results += _judged_file(studio, file, page)
    if as_json:
        print_json(results)
    else:
        _print(results)
    for result in results:
        for note in result.get("notes", ()):
            say_warning(note)
    problems = [result["error"] for result in results if "error" in result]
    for problem in problems:
        say_problem(problem)
    if problems:
        raise typer.Exit(1)


def _judged_file(studio: Studio, file: Path, page: int | None) -> Iterator[dict[str, Any]]:
    """Yield the result of each drawing in a file."""
    notes: list[str] = []
    try:
        found = load_drawings(file, page, notes.append)
    except ImportFailure as error:
        yield {"input": str(file), "error": _naming(file, error)}
        return
    for number, one in enumerate(found, 1):
        about: dict[str, Any] = {"input": str(file)}
        if len(found) > 1:
            about["drawing"] = number
        if one.label is not None:
            about["label"] = shown(one.label, _LONGEST_LABEL)
        if notes:
            about["notes"] = notes
        try:
            Studio.check([one.drawing])
            ranking = studio.rank(one.drawing)
            yield about | verdict_of(ranking) | {"ms": round(ranking.ms, 2)}
        except (EmptyDrawing, PictureError) as error:
            yield about | {"error": _naming(file, error)}


def _naming(file: Path, error: Exception) -> str:
    """Return the sentence of `error`, with the whole path of its file."""
    sentence = str(error)
    if str(file) == STANDARD_INPUT:
        return sentence
    if str(file) in sentence:
        return sentence
    return sentence.replace(file.name, str(file), 1) if file.name in sentence else f"{file}: {sentence}"


def _print(results: list[dict[str, Any]]) -> None:
    table = columns("Drawing", "Verdict", "Candidates", "ms", right=("ms",))
    for result in results:
        if "error" in result:
            continue
        guesses = [f"{guess['glyph']} {percent(guess['probability'], 0)}" for guess in result["candidates"][:3]]
        verdict = verdict_text(result)
        which = f" {result['drawing']}" if "drawing" in result else ""
        label = f" ({result['label']})" if "label" in result else ""
        table.add_row(f"{shown(result['input'])}{which}{label}", verdict, ", ".join(guesses), f"{result['ms']:.1f}")
    if table.row_count:
        out.print(table)
