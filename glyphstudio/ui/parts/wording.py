"""The window's messages in one place: confirmations, verdicts and errors."""

from __future__ import annotations

from pathlib import Path

from glyphstudio.library.origin import Origin
from glyphstudio.names import shown
from glyphstudio.plural import counted

_LONGEST_PATH = 80  # characters

LOADING = "The learner is loading…"
WARMING = "The recogniser is loading…"
DRAW = "Draw a glyph"
FIRST = ("Your first glyph", "three steps, and it is known")
UNKNOWN = "Unknown glyph"
NAME_IT = "name it to enrol it"
NO_INK = "There is nothing on the canvas yet. Draw a glyph first."
NO_NAME = "Type a name for this glyph, then press Enter."
NO_LIBRARY = "The library is not open yet. Try again in a moment."
OTHER_LIBRARY = "You have since opened another library, so this was not done. Repeat it if you meant this one."
RESTORED = "Your drawing from last time is back on the canvas."
NO_PICTURE = "There is no picture on the clipboard. Copy one, then paste it here."
COPIED = "The drawing is on the clipboard, as a picture."
ALREADY_OPEN = "This library is already open."
SETTLED = "The library already has this drawing. Draw the next one, or undo."
EMPTY_STEPS = (
    ("Draw a glyph", "Any sign you like, even one you have just invented."),
    ("Name it", "Type its name below the canvas and press Enter. Once is enough."),
    ("Draw it again", "From now on it is recognised while you draw."),
)


def known(shots: int) -> str:
    return f"known, from {counted(shots, 'drawing')}"


def either(first: str, second: str) -> str:
    return f"{first} or {second}?"


def look_alike(new: str, other: str, percent: str) -> str:
    """What to say when a new glyph was enrolled whose drawing looks like another."""
    return f'"{new}" looks like "{other}", {percent}: same glyph? If so, undo, and press 1 to add the drawing to it.'


def doubtful(name: str, other: str | None, *, newest: bool) -> str:
    """What to say of a shot of the glyph `name` that is probably a slip. other: the glyph that it looks more like."""
    which = "This drawing" if newest else f"One drawing of {name}"
    like = f"looks more like {other} than like" if other else "is unlike"
    remedy = "Undo if it was a slip" if newest else "Delete it if it was a slip"
    return f"{which} {like} the other drawings of {name}. {remedy}; otherwise draw {name} twice more."


EITHER = "press 1 or 2"
STRICTNESS = {
    "strict": "&Strict: a new glyph is seldom taken for a known one; known ones are questioned more often",
    "balanced": "&Balanced",
    "lenient": "&Lenient: known glyphs are seldom questioned; a new one is taken for a known one more often",
}


def hint(candidates: int, *, known: bool) -> str:
    """The line below the ranking. candidates: how many it has."""
    if not candidates:
        return ""
    if known:
        return "Not it? Click the right one, or type its name."
    return "Is it this one? Press 1." if candidates == 1 else f"One of these? Press 1 to {min(candidates, 5)}."


def can_recognise(glyphs: int) -> str:
    """The line below the verdict while the canvas is empty."""
    return f"this library knows {counted(glyphs, 'glyph')}"


def warming(done: int, total: int) -> str:
    return f"The recogniser is loading… {done:,} of {total:,} drawings" if total else WARMING


def switching(title: str, done: int, total: int, seconds: float) -> str:
    """seconds: since the switch started."""
    left = seconds / done * (total - done) if done else 0.0
    rest = f", about {max(1, round(left))} s left" if done and done < total else ""
    return f"{title}: {done:,} of {counted(total, 'drawing')}{rest}" if total else f"{title}…"


def switched(title: str, count: int, seconds: float) -> str:
    library = f" The library's {counted(count, 'drawing')} took {seconds:.1f} s." if count else ""
    return f"{title} is in use.{library}"


def read_only(why: str) -> str:
    """The message for an opened library that GlyphStudio may not write."""
    return f"{why} Until then it is read only: it recognises, but you cannot enrol, rename or delete anything."


def checking(name: str) -> str:
    return f'Checking "{name}"…'


def in_use_already(title: str) -> str:
    return f'"{title}" is already in use: these are the same weights.'


def weights_gone(title: str) -> str:
    return (
        f'Your own weights no longer include "{title}", so ProtoNet recognises for now. Import them again, or choose '
        "others in the Learner menu."
    )


def instead(sentence: str, title: str) -> str:
    return f"{sentence} {title} recognises instead."


def unexpected(log: Path | None) -> str:
    """The sentence for an unexpected error."""
    where = f" Details are in {log}." if log else ""
    return (
        "Something went wrong inside GlyphStudio, and this was not done. Your library and your drawing are safe."
        + where
    )


def missing_library(path: Path) -> str:
    return (
        f'The library "{path}" is no longer there. If it is on a disk or in a network folder, connect that and try '
        "again. Otherwise choose another library."
    )


def library_exists(path: Path) -> str:
    return f'The file "{path}" already exists. Choose another name, or open it with File > Open Library.'


def exported(path: Path) -> str:
    return f'Exported to "{path}".'


def not_exported(path: Path, reason: str) -> str:
    return f'The drawing could not be written to "{path}" ({reason}). Choose another folder or name.'


def unknown_format(path: Path) -> str:
    return f'"{path.name}" has no known format: end the name with .png, .svg or .inkml.'


def cut_from(origin: Origin) -> str:
    """Say where a drawing was cut out."""
    left, top, right, bottom = origin.box
    page = f", page {origin.page}" if origin.page > 1 else ""
    place = f"{left}, {top} to {right}, {bottom}"
    return f"Cut out of {shown(origin.file, _LONGEST_PATH)}{page}, from {place} (pixels from the top left)."


TOO_MANY_PAGES = "The tray has no room for more pages. Name and enrol those that are in it, then open the others."


def page_empty(name: str) -> str:
    return f"No glyphs were found on {name}. Draw a box around one with the mouse, or use a sharper or lighter picture."


def named_not_enrolled(count: int) -> str:
    verb = "is" if count == 1 else "are"
    return f"{counted(count, 'glyph')} of this page {verb} named but not enrolled yet."


def look_alikes(count: int, name: str) -> str:
    """The question after "All Like This One"."""
    if count == 1:
        return f'Nothing else here looks like this one. Name it "{name}"?'
    return f'{count} look like this one. Click any that is wrong, then name them all "{name}".'


READING = "Reading the page…"
NOTHING_IN_BOX = "There is no ink in that box. Draw it around a glyph."
CANNOT_SPLIT = "This glyph cannot be split: it is only a dot."
NAME_OR_SKIP = "Type a name for this glyph, then press Enter. Skip it if it is no glyph."
ALL_DONE = "Every glyph has a name or is skipped. Check them, then press Enrol."
SELECT_TO_MERGE = "Select two cells or more to merge them: hold Shift while you press an arrow key, or click."

NO_INK_SEEN = (
    "No ink was found. Move the threshold towards Faint, drag a box around the glyph, or use a picture where the "
    "drawing stands out clearly from the paper."
)
NOTHING_TO_ADJUST = "This file has strokes or shapes and no picture of paper, so there is nothing to adjust."
NO_DISPLAY = (
    "There is no display to open a window on. Run this on a desktop, set DISPLAY, or use the commands that need no "
    "window: glyphstudio --help lists them."
)
PICTURE_AS_INKML = "A picture has no strokes, so it cannot be written as InkML. Choose .png or .svg."
