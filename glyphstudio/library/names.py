"""Names of glyphs: which are allowed, and how a damaged one is shown."""

from __future__ import annotations

import re
import unicodedata

from glyphstudio.library.errors import BadName
from glyphstudio.names import UNSEEN

MAX_NAME = 80  # characters (code points) after cleaning

# Invisible characters that a name never needs: soft hyphen, zero-width space, word joiner and similar, byte order mark,
# and everything that overrides or isolates the direction of text. The latter can make a name look like another one, or
# disturb the line around it. They come unnoticed with pasted text, so they are dropped, not refused. Joiners (emoji
# families, Persian), direction marks, variation selectors and tags (flags) stay.
_DROPPED = re.compile("[\u00ad\u200b\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")


def clean_name(name: str) -> str:
    """Return `name` as the library stores it: NFC, white space (also line breaks) folded to single spaces, invisible
    characters dropped.

    The result has 1..MAX_NAME characters. Raises BadName for an empty or too long name, or one with control characters.
    """
    # Drop before NFC, because dropping can bring together characters that NFC then joins. So cleaning twice changes
    # nothing.
    text = " ".join(unicodedata.normalize("NFC", _DROPPED.sub("", name)).split())
    if not UNSEEN.sub("", text).strip():
        raise BadName("A glyph needs a name. Type one first.")
    if len(text) > MAX_NAME:
        raise BadName(
            f"A name may have at most {MAX_NAME} characters; this one has {len(text):,}. Choose a shorter one."
        )
    for character in text:
        if unicodedata.category(character) in ("Cc", "Cs"):  # Cs: half a character, from broken text
            raise BadName(
                f"The name has a character that cannot be shown (U+{ord(character):04X}). Type it again without it."
            )
    return text


def shown_name(name: str) -> str:
    """Make a name from a file fit to be shown: replace or cut everything that `clean_name` would refuse."""
    try:
        return clean_name(name)
    except BadName:
        start = " ".join(name[: MAX_NAME // 4].split())  # a quarter, because NFC makes some characters longer
        seen = "".join("\ufffd" if unicodedata.category(c) in ("Cc", "Cs") else c for c in start)
        return clean_name("\ufffd" + seen)
