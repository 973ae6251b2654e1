"""Hostile SVG: refused in a sentence, soon, and without much memory."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glyphstudio.glyphs.importing import ImportFailure, drawing_from_bytes
from tests.patience import PATIENCE

from .svg_files import PEN, refused, svg


@pytest.fixture(autouse=True)
def bounded() -> Iterator[None]:
    start = time.monotonic()
    tracemalloc.start()
    yield
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 400 << 20
    assert time.monotonic() - start < PATIENCE


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 30))


@pytest.mark.parametrize(
    "text",
    [
        f'<!DOCTYPE svg [<!ENTITY l0 "lol">{LAUGHS}]><svg><text>&l29;</text></svg>',
        f'<!DOCTYPE svg [<!ENTITY l0 "lol">{LAUGHS}<!ATTLIST path x CDATA "&l29;">]><svg><path d="M0 0h5"/></svg>',
        '<!DOCTYPE svg [<!ENTITY é "M0 0h9">]><svg><path stroke="red" d="&é;"/></svg>',
        '<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg><text>&x;</text></svg>',
        '<!DOCTYPE svg [<!ENTITY st0 "fill:none;stroke:#000">]><svg><path style="&st0;" d="M0 0h9v9"/></svg>',
        '<!-- <!DOCTYPE x> --><!DOCTYPE svg [<!ENTITY a "0">]><svg><path stroke="red" d="M0 0h9&a;"/></svg>',
    ],
)
def test_entities_are_never_expanded(text: str) -> None:
    assert "uses an entity of its own" in refused(text)


def test_a_document_type_that_only_names_a_file_opens_nothing() -> None:
    text = '<!DOCTYPE svg SYSTEM "file:///dev/zero" [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x"> %p;]>'
    drawing_from_bytes((text + svg(f'<path d="M0 0h9v9" {PEN}/>')).encode(), "a.svg")


def test_a_document_type_of_megabytes() -> None:
    defaults = "".join(f'a{n} CDATA "{n}" ' for n in range(20_000))
    text = f"<!DOCTYPE svg [<!ATTLIST path {defaults}>]>" + svg("<path/>" * 150_000)
    assert "DOCTYPE" in refused(text)


@pytest.mark.parametrize(
    "text",
    [
        svg("<g>" * 3000 + "</g>" * 3000),
        svg("<g/>" * 300_000),
        svg("<path/>" * 199_000),
        svg('<use id="a" href="#a"/>'),
        svg('<g id="a"><use href="#b"/></g><g id="b"><use href="#a"/></g>'),
        svg(
            '<g id="g0"><path d="M0 0h1" stroke="red"/></g>'
            + "".join(f'<g id="g{n}">{f"""<use href="#g{n - 1}"/>""" * 10}</g>' for n in range(1, 30))
        ),
        svg(f'<path d="M0 0{"h1v1" * 150_000}" {PEN}/>'),
        svg(f'<path d="M0 0{"a1 1 0 1 1 1 0" * 60_000}" {PEN}/>'),
        svg(f'<path d="{"M0 0h9" * 20_000}" {PEN}/>'),
        svg(f'<path id="p" d="M0 0{"h1v1" * 9000}" {PEN}/>' + '<use href="#p"/>' * 5000),
        svg('<rect width="9" height="9"/>' * 20_000),
        svg("<style>" + "".join(f".a{n}{{fill:none}}" for n in range(200_000)) + "</style><path/>"),
        svg("<style>" + "a{" * 200_000 + "</style><path/>"),
        svg(f'<path stroke="red" d="{"M" * 1_000_000}"/>'),
        svg(f'<path stroke="red" d="M0 0L{"1" * 1_000_000} 5"/>'),
        svg(f'<polyline points="{"1" * 1_000_000},1 2,2" {PEN}/>'),
        svg(f'<path d="M0 0h9" transform="{"translate(1)" * 100_000}" {PEN}/>'),
        svg(f'<rect width="1e-300" height="1e300" {PEN}/>'),
        svg(f'<g transform="scale(1e9)"><g transform="scale(1e9)"><path d="M0 0h1e9" {PEN}/></g></g>'),
        svg('<path d="M0 0h9v9" stroke-width="1e11" stroke="#000"/>'),
        svg(f'<path d="M0 0h9v9" class="{"a " * 500_000}" {PEN}/>'),
        svg("<style>" + "a" * 2_000_000 + "</style><path/>"),
        svg("<style>" + "/*" * 1_000_000 + "</style><path/>"),
        svg("<style>" + "a," * 9000 + "a{" + "b;" * 1_000_000 + "}</style><path/>"),
        svg(f'<path id="p" style="{"b:c;" * 500_000}" d="M0 0h9" {PEN}/>' + '<use href="#p"/>' * 3000),
        svg(f'<image id="p" href="data:,{"A" * 4_000_000}"/>' + '<use href="#p"/>' * 29_000),
        svg(f'<path d="{"M0 0" * 49_000}" {PEN}/>' * 20),
        svg(f'<polygon points="{"0 0 50 100 90 0 " * 16_000}"/>'),
        svg(f'<polygon points="{"0 0 50 100 90 0 " * 4000}"/>'),
        svg(f'<path d="{"z" * 250_000}" {PEN}/>'),
        svg(f'<path d="M0 0{"h1z" * 20_000}" {PEN}/>'),
        svg(f'<g transform="{"translate(1)" * 300}"/>' * 10_000),
        svg(f'<polyline points="{"1" * 39}e5,1 2,2" {PEN}/>'),
        svg(f'<path d="M0 0h9v9" {PEN}/>', f'viewBox="0 0 {"1" * 39}e-30 100"'),
        svg(f'<path d="M0 0h9" {PEN}/>', 'viewBox="0 0 1 1" transform="translate(9e11 9e11) scale(1e-6)"'),
    ],
    ids=lambda text: f"{text[64:90]}…{len(text)}",
)
def test_what_is_too_much_ends_soon(text: str) -> None:
    try:
        drawing_from_bytes(text.encode(), "a.svg")
    except ImportFailure as failure:
        assert str(failure).startswith("a.svg ")
        assert str(failure).endswith(".")
        assert len(str(failure)) < 300


def test_nothing_is_left_out_in_silence() -> None:
    assert "more than 512 kB of data" in refused(svg(f'<polyline points="{"1.00000000000000 " * 40_000}" {PEN}/>'))
    assert "more than 4,000 characters" in refused(svg(f'<path d="M0 0h9" transform="{"scale(2)" * 501}" {PEN}/>'))


ATTRIBUTES = st.sampled_from(
    ["d", "points", "transform", "style", "width", "height", "viewBox", "x", "r", "rx", "href", "stroke-width", "fill"]
)
VALUES = st.text(alphabet="M0LmlhvCcSsQqTtAaZz123456789.,-+eE %()#scaleroti:;url", max_size=40)


@given(
    st.lists(st.tuples(ATTRIBUTES, VALUES), max_size=4, unique_by=lambda pair: pair[0]),
    st.sampled_from(["path", "rect", "polyline", "circle", "use", "svg", "ellipse", "line", "g"]),
)
def test_any_attributes(attributes: list[tuple[str, str]], tag: str) -> None:
    words = " ".join(f'{name}="{value}"' for name, value in attributes)
    text = svg(f'<{tag} {words} stroke="red"><path d="M1 1h5v5" id="a"/></{tag}>')
    try:
        drawing_from_bytes(text.encode(), "a.svg")
    except ImportFailure as failure:
        assert str(failure).endswith(".")


@given(st.text(alphabet="MLHVCSQTAZmlhvcsqtaz0123456789.,-+eE ", max_size=80))
def test_any_path_data(data: str) -> None:
    try:
        drawing_from_bytes(svg(f'<path d="{data}" {PEN}/>').encode(), "a.svg")
    except ImportFailure as failure:
        assert str(failure).endswith(".")
