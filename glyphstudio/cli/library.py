"""library list, rename, delete and export."""

from __future__ import annotations

import sys
import unicodedata
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from glyphstudio.cli.options import AsJson, LibraryFile
from glyphstudio.cli.output import columns, out, print_json, say, say_problem
from glyphstudio.glyphs.export import to_inkml, to_inkml_of_many, to_png, to_svg
from glyphstudio.glyphs.ink import Ink, InkError
from glyphstudio.glyphs.picture import Drawing
from glyphstudio.library.library import DuplicateName, Glyph, Library, LibraryError, default_library_path
from glyphstudio.names import natural_key
from glyphstudio.plural import counted

app = typer.Typer(help="List, rename, delete and export the glyphs of a library.", no_args_is_help=True)
Name = Annotated[
    str, typer.Argument(metavar="NAME", help="The glyph's name. Put -- before a name that starts with a dash.")
]


class Format(StrEnum):
    """The formats for exported drawings."""

    INKML = "inkml"
    PNG = "png"
    SVG = "svg"


def _open(path: Path | None, or_read: bool = False) -> Library:
    path = path or default_library_path()
    if not path.exists():
        raise LibraryError(f"There is no library at {path}. Enrol a glyph first, or name another file with --library.")
    return Library.open(path, or_read)


def _named(library: Library, name: str) -> Glyph:
    glyph = library.find(name)
    if glyph is None:
        short = name if len(name) <= 80 else f"{name[:79]}…"
        raise LibraryError(
            f'There is no glyph named "{short}" in {library.path}. `glyphstudio library list` shows its glyphs.'
        )
    return glyph


@app.command("list")
def list_(library: LibraryFile = None, as_json: AsJson = False) -> None:
    """List the glyphs of a library, by name."""
    with _open(library, or_read=True) as opened:
        glyphs = opened.glyphs()
        for problem in opened.problems():
            say_problem(problem)
    if as_json:
        print_json(
            [
                {"glyph": g.name, "shots": len(g.shots), "enrolled": g.created.isoformat(timespec="seconds")}
                for g in glyphs
            ]
        )
        return
    if not glyphs:
        say(f"The library {opened.path} is empty.")
        return
    table = columns("Glyph", "Shots", "Enrolled", right=("Shots",))
    for glyph in glyphs:
        table.add_row(glyph.name, str(len(glyph.shots)), f"{glyph.created.astimezone():%Y-%m-%d %H:%M}")
    out.print(table)


@app.command()
def rename(
    name: Name,
    to: Annotated[str, typer.Argument(metavar="NEW_NAME", help="A name that no other glyph has.")],
    library: LibraryFile = None,
) -> None:
    """Give a glyph another name."""
    with _open(library) as opened:
        glyph = _named(opened, name)
        try:
            renamed = opened.rename(glyph.id, to)
        except DuplicateName as error:
            raise LibraryError(
                f'Another glyph is already named "{error.glyph.name}". Choose another name, or delete that glyph first.'
            ) from error
    say(f'"{glyph.name}" is now "{renamed.name}".')


@app.command(short_help="Delete a glyph with all its drawings.")
def delete(
    name: Name,
    library: LibraryFile = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask first.")] = False,
) -> None:
    """Delete a glyph with all its drawings. On the command line this cannot be undone, so it asks first."""
    with _open(library) as opened:
        glyph = _named(opened, name)
        if not yes:
            if not sys.stdin.isatty():
                raise LibraryError(f'Deleting "{glyph.name}" cannot be undone here. Confirm it with --yes.')
            if not typer.confirm(f'Delete "{glyph.name}" with {counted(len(glyph.shots), "drawing")}?', err=True):
                say("Nothing was deleted.")
                raise typer.Exit(1)
        opened.delete_glyph(glyph.id)
    say(f'Deleted "{glyph.name}".')


@app.command(short_help="Write drawings to files.")
def export(
    place: Annotated[
        Path,
        typer.Argument(metavar="FOLDER", help="Created if it is missing. A name that ends in .inkml is one file."),
    ],
    names: Annotated[
        list[str] | None, typer.Argument(metavar="NAME", help="Glyphs to export. By default, all of them.")
    ] = None,
    library: LibraryFile = None,
    form: Annotated[Format, typer.Option("--format", help="Pictures have no InkML and become PNG.")] = (Format.INKML),
    folders: Annotated[bool, typer.Option("--folders", help="Write a folder for each glyph: NAME/1.inkml.")] = False,
) -> None:
    """Write drawings to files NAME-1.inkml, NAME-2.inkml and so on. This never overwrites a file.

    Each format comes back without losing a point: InkML, SVG and PNG carry the exact strokes. With --folders, or as one
    InkML file, `glyphstudio enrol --from` enrols all glyphs again.

    \b
    Examples:
      glyphstudio library export drawings/
      glyphstudio library export --format svg --folders signs/ Kresh Tarn
      glyphstudio library export signs.inkml
    """
    as_one = place.suffix.lower() == ".inkml" and not place.is_dir()
    if as_one and (folders or form is not Format.INKML):
        raise typer.BadParameter(f"{place} is one InkML file: leave out --folders and --format, or name a folder.")
    with _open(library, or_read=True) as opened:
        chosen = {g.id: g for g in (opened.glyphs() if not names else [_named(opened, name) for name in names])}
        glyphs = list(chosen.values())
        if as_one:
            _export_one(place, glyphs)
            return
        files = [
            (place / stem / f"{number}.{suffix}" if folders else place / f"{stem}-{number}.{suffix}", data)
            for glyph, stem in zip(glyphs, _stems(glyphs), strict=True)
            for number, shot in enumerate(glyph.shots, 1)
            for suffix, data in [_exported(shot.drawing, form)]
        ]
    write_new(place, files)
    say(f"Wrote {counted(len(files), 'drawing')} of {counted(len(glyphs), 'glyph')} to {place}.")


def _export_one(file: Path, glyphs: list[Glyph]) -> None:
    """Write the ink of all glyphs as one InkML file. Raises LibraryError, and Exit(1) if pictures were left out."""
    drawings = [(glyph.name, shot.drawing) for glyph in glyphs for shot in glyph.shots]
    inks = [(name, drawing) for name, drawing in drawings if isinstance(drawing, Ink)]
    pictures = sorted({name for name, drawing in drawings if not isinstance(drawing, Ink)}, key=natural_key)
    if not inks:
        raise LibraryError("None of these glyphs has ink. Export pictures to a folder.")
    try:
        data = to_inkml_of_many(inks)
    except InkError as error:
        raise LibraryError(f"{error} Name some of the glyphs, or export to a folder.") from error
    write_new(file.parent, [(file, data)])
    say(f"Wrote {counted(len(inks), 'drawing')} of {counted(len({name for name, _ in inks}), 'glyph')} to {file}.")
    if pictures:
        more = "" if len(pictures) == 1 else f" and {counted(len(pictures) - 1, 'other glyph')}"
        say_problem(
            f"Left out, because InkML has no pictures: {counted(len(drawings) - len(inks), 'picture')} of "
            f'"{pictures[0]}"{more}. Export them to a folder.'
        )
        raise typer.Exit(1)


def write_new(folder: Path, files: list[tuple[Path, bytes]]) -> None:
    """Write all of the files or none. Raises LibraryError."""
    done: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, _ in files:
            if path.exists():
                raise FileExistsError(None, None, str(path))
        for path, data in files:
            path.parent.mkdir(exist_ok=True)
            with path.open("xb") as file:
                done.append(path)
                file.write(data)
    except OSError as error:
        for path in done:
            path.unlink(missing_ok=True)
        if isinstance(error, FileExistsError):
            raise LibraryError(
                f"{error.filename} already exists, so nothing was written. Choose an empty folder, or move that file."
            ) from error
        raise LibraryError(
            f"GlyphStudio cannot write to {folder} ({error.strerror}), so nothing was written. Choose another folder."
        ) from error


def _exported(drawing: Drawing, form: Format) -> tuple[str, bytes]:
    if form is Format.SVG:
        return "svg", to_svg(drawing)
    if not isinstance(drawing, Ink):
        return "png", drawing.to_png()
    if form is Format.PNG:
        return "png", to_png(drawing)
    return "inkml", to_inkml(drawing)


def _stems(glyphs: list[Glyph]) -> list[str]:
    """Return the start of the file names for each glyph. All are different, even if case is ignored."""
    used: set[str] = set()
    stems = []
    for glyph in glyphs:
        stem = plain = _file_name(glyph.name)
        number = 1
        while unicodedata.normalize("NFD", stem).casefold() in used:
            number += 1
            stem = f"{plain} ({number})"
        used.add(unicodedata.normalize("NFD", stem).casefold())
        stems.append(stem)
    return stems


def _file_name(name: str) -> str:
    """Return the name with "_" for characters that a file system forbids or a shell may misread, 120 bytes at most."""
    kept = "".join("_" if c in '<>:"/\\|?*' or not c.isprintable() else c for c in name)
    if kept[0] in ".-~ ":
        kept = "_" + kept[1:]
    return kept.encode()[:120].decode(errors="ignore").rstrip(" .") or "_"
