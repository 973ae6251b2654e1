"""Names of glyphs: what is allowed, when two are the same, and how they sort."""

from __future__ import annotations

import re
import unicodedata

from glyphstudio.library.errors import BadName

MAX_NAME = 80  # characters (code points) after cleaning

# Invisible characters that a name never needs: soft hyphen, zero-width space, word joiner and its kin, byte order mark,
# and everything that overrides or isolates the direction of text, since with those a name can be made to look like
# another one and to upset the line it is shown in. They come unseen with pasted text, so they are dropped, not refused.
# Joiners (emoji families, Persian), direction marks, variation selectors and tags (flags) stay.
_DROPPED = re.compile("[\u00ad\u200b\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")
# What shows nothing on its own, and makes no difference between two names.
_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e0fff]"
)
_DIGITS = re.compile(r"(\d+)")


def clean_name(name: str) -> str:
    """`name` as it is kept: NFC, white space (line breaks too) folded to single spaces, unseen characters dropped.

    1..MAX_NAME characters. Raises BadName for an empty or too long name, and for one with control characters.
    """
    # The result is a fixed point: dropping comes first, since it can bring together what NFC then joins.
    text = " ".join(unicodedata.normalize("NFC", _DROPPED.sub("", name)).split())
    if not _UNSEEN.sub("", text).strip():
        raise BadName("A glyph needs a name. Type one first.")
    if len(text) > MAX_NAME:
        raise BadName(f"A name may have {MAX_NAME} characters; this one has {len(text):,}. Choose a shorter one.")
    for character in text:
        if unicodedata.category(character) in ("Cc", "Cs"):  # Cs: half a character, from broken text
            raise BadName(
                f"The name holds a character that cannot be shown (U+{ord(character):04X}). Type it again without it."
            )
    return text


def name_key(name: str) -> str:
    """Two names with the same key are the same glyph: "Tarn" and "tarn", é typed in one or in two characters.

    Compatibility forms stay apart on purpose: in a library of signs, R and ℝ, 2 and ² are different signs.
    """
    # Unicode's canonical caseless match (D145). NFD, since é then also sorts beside e.
    return unicodedata.normalize("NFD", unicodedata.normalize("NFD", _UNSEEN.sub("", name)).casefold())


def natural_key(name: str) -> tuple[str | int, ...]:
    """Sorts names as people do: g2 before g10, whatever the case."""
    parts = _DIGITS.split(name_key(name))
    return tuple(int(part) if index % 2 else part for index, part in enumerate(parts))


def shown_name(name: str) -> str:
    """A name that came out of a file, fit to be shown: whatever `clean_name` would refuse is replaced or cut."""
    try:
        return clean_name(name)
    except BadName:
        start = " ".join(name[: MAX_NAME // 4].split())  # a quarter, since NFC makes some characters longer
        seen = "".join("\ufffd" if unicodedata.category(c) in ("Cc", "Cs") else c for c in start)
        return clean_name("\ufffd" + seen)
