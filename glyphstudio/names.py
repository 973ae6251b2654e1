"""Names from anywhere: which are equal, how they sort, and how to show one that may have any characters."""

from __future__ import annotations

import re
import unicodedata

# Characters that show nothing on their own. Names that differ only in these are equal.
UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e0fff]"
)
_DIGITS = re.compile(r"(\d+)")
_MOST_DIGITS = 1000  # Python refuses to read numbers of several thousand digits
_JOINER = "\u200d"  # joins the parts of an emoji
_OMNIGLOT = "character"  # a folder's name that says nothing without its alphabet's


def name_key(name: str) -> str:
    """Return a key that is equal for names of the same glyph: "Tarn" and "tarn", or é typed as one or two characters.

    Compatibility forms differ on purpose: in a library of signs, R and ℝ, or 2 and ², are different signs.
    """
    # Unicode's canonical caseless match (D145). With NFD, é also sorts beside e.
    return unicodedata.normalize("NFD", unicodedata.normalize("NFD", UNSEEN.sub("", name)).casefold())


def natural_key(name: str) -> tuple[str | int, ...]:
    """Return a key that sorts names as people do: g2 before g10, ignoring case."""
    parts = _DIGITS.split(name_key(name))
    return tuple(int(part[:_MOST_DIGITS]) if index % 2 else part for index, part in enumerate(parts))


def shown(text: str, most: int | None = None) -> str:
    """Make text from outside safe to show: nothing in it can move a cursor or break the line. If it has more than
    `most` characters, cut its middle."""
    clean = "".join(letter if letter.isprintable() or letter == _JOINER else "\ufffd" for letter in text)
    if most is None or len(clean) <= most:
        return clean
    return f"{clean[: most // 2]}…{clean[len(clean) - (most - most // 2 - 1) :]}"


def glyph_of(file: str) -> str | None:
    """Return the glyph's name that the class folder of a file gives it (NAME/picture.png, with slashes); None for a
    file in no folder. Omniglot's characterNN gets its alphabet in front."""
    above = file.split("/")[:-1]
    if not above:
        return None
    glyph = above[-1]
    if len(above) > 1 and glyph.lower().startswith(_OMNIGLOT) and glyph[len(_OMNIGLOT) :].isdecimal():
        glyph = f"{above[-2]} {glyph}"
    return shown(glyph)
