"""canvasTransform: identity and affine maps are read, others get a sentence."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.glyphs.inkml.inkml_files import SQUARE, aspect, channels, read, refused, same, trace

FLAG = [(0.0, 0.0), (0.0, 100.0), (60.0, 70.0), (0.0, 40.0)]


def affine(rows: str, *binds: str) -> str:
    return f'<mapping type="affine">{"".join(binds)}<affine>{rows}</affine></mapping>'


def mapped(mapping: str, points: list[tuple[float, float]], more: str = "") -> str:
    """Return definitions of a context with this mapping, and a trace in it."""
    context = f'<context xml:id="c">{more}<canvasTransform>{mapping}</canvasTransform></context>'
    return f"<definitions>{context}</definitions>" + trace(points, 'contextRef="#c"')


def bind(name: str, target: str = "") -> str:
    return f'<bind source="{name}" target="{target or name}"/>'


def product(*mappings: str) -> str:
    return f'<mapping type="product">{"".join(mappings)}</mapping>'


@given(st.floats(0, 2 * math.pi), st.floats(0.01, 100), st.floats(-1000, 1000), st.booleans())
def test_the_map_is_what_moves_the_points(turn: float, scale: float, shift: float, mirrored: bool) -> None:
    a, b = scale * math.cos(turn), scale * math.sin(turn)
    m = [[a, -b, shift], [b, a, -shift]] if not mirrored else [[a, b, shift], [b, -a, 2 * shift]]
    rows = ", ".join(" ".join(map(repr, row)) for row in m)
    moved = [(m[0][0] * x + m[0][1] * y + m[0][2], m[1][0] * x + m[1][1] * y + m[1][2]) for x, y in FLAG]
    assert same(read(mapped(affine(rows), FLAG)), read(channels('units="cm"'), trace(moved)))


SIX_TIMES = [(x, 6 * y) for x, y in SQUARE]
SIXTH = "0.16666666666666666"


@pytest.mark.parametrize(
    "mapping",
    [
        affine(f"1 0 0, 0 {SIXTH} 0"),
        affine(f"1 0 0, 0 {SIXTH} 0,"),
        affine("6 0 5\n, 0 1 -5"),
        f'<mapping type="affine"><matrix>1 0 0, 0 {SIXTH} 0</matrix></mapping>',
        f"<mapping><affine>1 0 0, 0 {SIXTH} 0</affine></mapping>",
        affine(f"{SIXTH} 0 0, 0 1 0", '<bind source="Y"/>', '<bind source="X"/>'),
        affine(f"1 0 0 0, 0 {SIXTH} 0 0, 0 0 1 0"),
        product(affine("1 0", bind("X")), affine(f"{SIXTH} 0", bind("Y"))),
        product(f'<mapping type="identity">{bind("X")}</mapping>', affine(f"{SIXTH} 3", bind("Y"))),
        product(affine("6 0", bind("X")), f'<mapping type="lookup">{bind("F")}<table>0 0, 1 1</table></mapping>'),
    ],
)
def test_maps_as_programs_write_them(mapping: str) -> None:
    assert aspect(read(mapped(mapping, SIX_TIMES))) == pytest.approx(1, abs=1e-3)
    assert same(read(mapped(mapping, SIX_TIMES)), read(trace(SQUARE)))


@pytest.mark.parametrize("mapping", ["", '<mapping type="identity"/>', "<mapping/>", affine("1 0 7, 0 1 9")])
def test_the_identity_keeps_the_units_of_the_trace(mapping: str) -> None:
    flat = [(x, y / 10) for x, y in SQUARE]
    units = channels('units="mm"', 'units="cm"')
    assert same(read(mapped(mapping, flat, units)), read(trace(SQUARE)))


def test_behind_a_map_the_units_of_the_canvas_count() -> None:
    units = channels('units="cm"', 'units="mm" orientation="-ve"')
    canvas = f"<canvas>{units}</canvas>"
    tall = [(x, y * 20) for x, y in SQUARE]
    assert same(
        read(mapped(affine("2 0 0, 0 1 0"), tall, canvas + channels('units="in"', 'units="mm"'))),
        read(trace([(x, -y) for x, y in SQUARE])),
    )


def test_an_identity_may_swap_the_axes() -> None:
    swap = f'<mapping type="identity">{bind("X", "Y")}{bind("Y", "X")}</mapping>'
    assert same(read(mapped(swap, FLAG)), read(trace([(y, x) for x, y in FLAG])))


def test_by_reference() -> None:
    mapping = f'<mapping xml:id="m" type="affine"><affine>1 0 0, 0 {SIXTH} 0</affine></mapping>'
    transform = '<canvasTransform xml:id="t" invertible="true"><mapping mappingRef="#m"/></canvasTransform>'
    context = '<context xml:id="c" canvasTransformRef="#t"/>'
    ink = read(f"<definitions>{mapping}{transform}{context}</definitions>", trace(SIX_TIMES, 'contextRef="#c"'))
    assert same(ink, read(trace(SQUARE)))


def test_only_the_way_to_the_canvas_counts() -> None:
    both = affine(f"1 0 0, 0 {SIXTH} 0") + affine("1 0 0, 0 6 0")
    assert same(read(mapped(both, SIX_TIMES)), read(trace(SQUARE)))


@pytest.mark.parametrize(
    ("mapping", "says"),
    [
        ('<mapping type="lookup"><table>0 0, 1 1</table></mapping>', "a mapping of type “lookup”, which"),
        ('<mapping type="mathml"><math/></mapping>', "a mapping of type “mathml”, which"),
        ('<mapping type="expression"/>', "a mapping of type “expression”, which"),
        ('<mapping type="unknown"/>', "a mapping of type “unknown”, which"),
        ('<mapping type="affine"/>', "a mapping of type “affine”, which"),
        (affine("1 2"), "without the right count of numbers"),
        (affine("1 0 0, 0 1"), "without the right count of numbers"),
        (affine("1 0 0, 0 one 0"), "without the right count of numbers"),
        (affine("1 0 0, 0 nan 0"), "without the right count of numbers"),
        (affine("1 0 0, 0 1e30 0"), "too large"),
        (affine("1 0 0.5 0, 0 1 0 0"), "mixes a channel other than X and Y"),
        ('<mapping mappingRef="#gone"/>', "refers by mappingRef to “#gone”"),
        ('<mapping xml:id="m" mappingRef="#m"/>', "refers to itself"),
        (affine("1 0 0," * 200_000), "without the right count of numbers"),
    ],
)
def test_other_maps_get_a_sentence(mapping: str, says: str) -> None:
    assert says in refused(mapped(mapping, FLAG))


def test_a_channel_may_have_its_own_map() -> None:
    def format_with(mapping: str) -> str:
        return f'<traceFormat><channel name="X"/><channel name="Y">{mapping}</channel></traceFormat>'

    for mapping in (affine(f"{SIXTH} 5"), affine(f"{SIXTH} 5", bind("Y"))):
        assert same(read(format_with(mapping), trace(SIX_TIMES)), read(trace(SQUARE)))
    for mapping in ("<mapping/>", '<mapping type="identity"/>'):
        assert same(read(format_with(mapping), trace(FLAG)), read(trace(FLAG)))
    assert "a mapping of type “lookup”" in refused(format_with('<mapping type="lookup"/>'), trace(FLAG))
    both = affine("1 1 0", '<bind source="X"/>', '<bind source="Y"/>', '<bind target="Y"/>')
    assert "no mapping of Y alone" in refused(format_with(both), trace(FLAG))
    pressure = channels(more='<channel name="F"><mapping type="lookup"/></channel>')
    assert read(pressure, trace("0 0 1, 5 5 1")).points == 2
