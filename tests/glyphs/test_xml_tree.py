"""The root of an XML file is found without interpreting what is before it."""

from __future__ import annotations

import time

import pytest

from glyphstudio.glyphs.ink import InkError
from glyphstudio.glyphs.xml_tree import root_tag
from tests.patience import PATIENCE


@pytest.mark.parametrize(
    "text",
    [
        "<a/>",
        "<x:a xmlns:x='y'>",
        "<?xml version='1.0'?>\n<!-- <b> -->\n<?other > ?><a>",
        "<!DOCTYPE a><a>",
        "<!doctype a SYSTEM 'b.dtd'>\n<a>",
        '<!DOCTYPE a PUBLIC "-//b//" "c" [ <!-- ] "> --> <!ENTITY d "]><b>"> <!ATTLIST e f CDATA \'>\'> ] >\n<a>',
    ],
)
def test_the_root(text: str) -> None:
    assert root_tag(text) == "a"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<",
        "<!--",
        "<?",
        "<!DOCTYPE a [",
        "<!DOCTYPE a [<!--",
        "< a>",
        "<!DOCTYPE a [" + "<!--" * 1_000_000,
        "<!--" * 1_000_000,
    ],
    ids=lambda text: f"{text[:20]}{len(text)}",
)
def test_no_root(text: str) -> None:
    start = time.monotonic()
    with pytest.raises(InkError, match=r"damaged or (cut short \(line 1\)\.|too long)"):
        root_tag(text)
    assert time.monotonic() - start < PATIENCE / 10
