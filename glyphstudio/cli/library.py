"""library list, rename, delete and export."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from glyphstudio.cli.options import AsJson, LibraryFile
from glyphstudio.cli.output import out, print_json, say, say_problem
from glyphstudio.glyphs.export import to_inkml, to_png, to_svg
from glyphstudio.glyphs.ink import Ink
from glyphstudio.glyphs.picture import Drawing
from glyphstudio.library.library import Glyph, Library, LibraryError, default_library_path

app = typer.Typer(help="List, rename, delete and export the glyphs of a library.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(metavar="NAME")]


class Format(StrEnum):
    """What a drawing can be exported as."""

    INKML = "inkml"
    PNG = "png"
    SVG = "svg"


def _open(path: Path | None) -> Library:
    path = path or default_library_path()
    if not path.exists():
        raise LibraryError(f"There is no library at {path}. Enrol a glyph first, or name another file with --library.")
    return Library.open(path)


def _named(library: Library, name: str) -> Glyph:
    glyph = library.find(name)
    if glyph is None:
        raise LibraryError(f'There is no glyph named "{name}" in {library.path}. See `glyphstudio library list`.')
    return glyph


@app.command("list")
def list_(library: LibraryFile = None, as_json: AsJson = False) -> None:
    """List the glyphs of a library, by name."""
    with _open(library) as opened:
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
    table = Table("Glyph", "Shots", "Enrolled")
    for glyph in glyphs:
        table.add_row(escape(glyph.name), str(len(glyph.shots)), f"{glyph.created.astimezone():%Y-%m-%d %H:%M}")
    out.print(table)


@app.command()
def rename(name: Name, to: Annotated[str, typer.Argument(metavar="NEW_NAME")], library: LibraryFile = None) -> None:
    """Give a glyph another name."""
    with _open(library) as opened:
        renamed = opened.rename(_named(opened, name).id, to)
    say(f"{name} is now {renamed.name}.")


@app.command()
def delete(
    name: Name,
    library: LibraryFile = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Delete a glyph with all its drawings. On the command line this cannot be undone."""
    with _open(library) as opened:
        glyph = _named(opened, name)
        if not yes:
            if not sys.stdin.isatty():
                say_problem(f'Deleting "{glyph.name}" cannot be undone here. Confirm it with --yes.')
                raise typer.Exit(1)
            drawn = f"{len(glyph.shots)} drawing{'s' if len(glyph.shots) > 1 else ''}"
            typer.confirm(f'Delete "{glyph.name}" with {drawn}?', abort=True)
        opened.delete_glyph(glyph.id)
    say(f"Deleted {glyph.name}.")


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Made where it is not there.")],
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="All glyphs without it.")] = None,
    library: LibraryFile = None,
    form: Annotated[Format, typer.Option("--format", help="Drawings that came as pictures are PNG in any case.")] = (
        Format.INKML
    ),
) -> None:
    """Write the drawings of glyphs to files NAME-1.inkml, NAME-2.inkml …; files that exist are never overwritten."""
    with _open(library) as opened:
        glyphs = opened.glyphs() if not names else [_named(opened, name) for name in names]
        files = [
            (folder / f"{_file_name(glyph)}-{number}.{suffix}", data)
            for glyph in glyphs
            for number, shot in enumerate(glyph.shots, 1)
            for suffix, data in [_exported(shot.drawing, form)]
        ]
    taken = [path for path, _ in files if path.exists()]
    if taken:
        say_problem(f"{taken[0]} exists already. Choose an empty folder, or move the file away.")
        raise typer.Exit(1)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, data in files:
            path.write_bytes(data)
    except OSError as error:
        say_problem(f"The drawings cannot be written to {folder} ({error.strerror}).")
        raise typer.Exit(1) from error
    say(f"Wrote {len(files)} drawing{'' if len(files) == 1 else 's'} of {len(glyphs)} glyphs to {folder}.")


def _exported(drawing: Drawing, form: Format) -> tuple[str, bytes]:
    if form is Format.SVG:
        return "svg", to_svg(drawing)
    if form is Format.PNG or not isinstance(drawing, Ink):
        return "png", to_png(drawing)
    return "inkml", to_inkml(drawing)


def _file_name(glyph: Glyph) -> str:
    """The glyph's name where every file system takes it; its number keeps names apart that look alike without."""
    kept = "".join(character if character.isalnum() or character in " -_" else "_" for character in glyph.name)
    return f"{kept.strip()[:60]}-{glyph.id}" if kept != glyph.name or len(kept) > 60 else kept
