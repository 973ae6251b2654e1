"""Which traces are drawn, and what applies to them: definitions, views, contexts by reference, continuations."""

from __future__ import annotations

import pytest

from tests.glyphs.inkml.inkml_files import channels, read, refused, same, trace

DOWN, UP = trace("0 0, 10 10", 'xml:id="a"'), trace("0 10, 10 0", 'xml:id="b"')
LONG = trace("0 5, 1 6, 2 7, 10 15", 'xml:id="long"')
SWAPPED = '<traceFormat><channel name="Y"/><channel name="X"/></traceFormat>'


def view(reference: str, more: str = "") -> str:
    return f'<traceView traceDataRef="#{reference}" {more}/>'


def defined(*parts: str) -> str:
    return f"<definitions>{''.join(parts)}</definitions>"


def group(*parts: str) -> str:
    return f'<traceGroup xml:id="g">{"".join(parts)}</traceGroup>'


def test_definitions_alone_draw_nothing() -> None:
    assert "has no strokes" in refused(defined(DOWN, UP))
    assert same(read(defined(DOWN), UP), read(UP))


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ((defined(DOWN, UP), view("a")), (DOWN,)),
        ((view("a"), defined(DOWN, UP)), (DOWN,)),
        ((defined(group(DOWN, UP)), view("g")), (DOWN, UP)),
        ((defined(group(DOWN, UP)), view("g", 'from="2"')), (UP,)),
        ((defined(group(DOWN, UP, LONG)), view("g", 'from="1" to="2"')), (DOWN, UP)),
        ((defined(group(DOWN, UP, LONG)), view("g", 'from="2" to="3:2"')), (UP, trace("0 5, 1 6"))),
        ((defined(LONG), view("long", 'from="2" to="3"')), (trace("1 6, 2 7"),)),
        ((defined(DOWN, UP), f"<traceView>{view('b')}{view('a')}</traceView>"), (UP, DOWN)),
        ((defined(DOWN, f'<traceView xml:id="v">{view("a")}</traceView>'), view("v")), (DOWN,)),
        ((defined(DOWN, UP), group(view("b"))), (UP,)),
        ((defined(DOWN), view("a"), view("a")), (DOWN,)),
        ((DOWN, UP, view("a")), (DOWN, UP)),
        ((DOWN, UP, group('<traceView traceDataRef="a"/>')), (DOWN, UP)),
        (("<annotationXML><trace>5 5, 90 0</trace></annotationXML>", DOWN), (DOWN,)),
    ],
)
def test_views(parts: tuple[str, ...], expected: tuple[str, ...]) -> None:
    assert same(read(*parts), read(*expected))


@pytest.mark.parametrize(
    ("parts", "says"),
    [
        ((view("gone"), DOWN), "refers by traceDataRef to “#gone”, which is not in it"),
        (('<traceView traceDataRef="other.inkml#a"/>', DOWN), "“other.inkml#a”, which is in another file"),
        (('<brush xml:id="b0"/>', view("b0"), DOWN), "“#b0”, which is an element of another kind"),
        ((defined(DOWN), view("a", 'from="0"')), "from=“0”"),
        ((defined(DOWN), view("a", 'to="last"')), "to=“last”"),
        ((defined(DOWN), view("a", 'from="2" to="1"')), "ends before it starts"),
        ((defined('<traceView xml:id="v" traceDataRef="#v"/>'), view("v")), "refers to itself"),
        ((trace("0 0, 9 9", 'contextRef="#gone"'),), "refers by contextRef to “#gone”"),
        (('<context xml:id="c" traceFormatRef="#gone"/>', DOWN), "refers by traceFormatRef to “#gone”"),
        ((defined('<context xml:id="c" contextRef="#c"/>'), trace("0 0", 'contextRef="#c"')), "refers to itself"),
    ],
)
def test_broken_references_get_a_sentence(parts: tuple[str, ...], says: str) -> None:
    assert says in refused(*parts)


def test_views_that_multiply_are_stopped() -> None:
    layers = "".join(
        f'<traceView xml:id="v{layer}">{view(f"v{layer - 1}" if layer else "a") * 10}</traceView>'
        for layer in range(20)
    )
    assert "refers to itself, or to too much" in refused(defined(DOWN, layers), view("v19"))


FIRST, LAST = trace("0 0, 10 0", 'xml:id="f" continuation="begin"'), trace("0 10", 'continuation="end" priorRef="#m"')
MIDDLE = trace("10 10", 'xml:id="m" continuation="middle" priorRef="#f"')
WHOLE = trace("0 0, 10 0, 10 10, 0 10")


@pytest.mark.parametrize(
    "parts",
    [
        (FIRST, MIDDLE, LAST),
        (FIRST, trace("5 5", 'type="penUp"'), MIDDLE, LAST),
        (defined(FIRST), MIDDLE, LAST),
        (defined(FIRST, MIDDLE), LAST),
        (defined(FIRST, MIDDLE), view("f"), LAST),
        (trace("0 0, 10 0", 'continuation="begin"'), trace("10 10, 0 10", 'continuation="end"')),
    ],
)
def test_continuations_are_one_stroke(parts: tuple[str, ...]) -> None:
    assert same(read(*parts), read(WHOLE))


def test_continuations_in_a_circle_end() -> None:
    circle = defined(trace("0 0", 'xml:id="f" continuation="end" priorRef="#m"'), MIDDLE)
    assert read(circle, LAST).points == 3


FORMAT = f'<traceFormat xml:id="fmt">{SWAPPED.removeprefix("<traceFormat>")}'


@pytest.mark.parametrize(
    "parts",
    [
        (SWAPPED, trace("0 0, 20 10")),
        (f"<context>{SWAPPED}</context>", trace("0 0, 20 10")),
        (f"<context><inkSource>{SWAPPED}</inkSource></context>", trace("0 0, 20 10")),
        (f"<inkSource>{SWAPPED}</inkSource>", trace("0 0, 20 10")),
        (defined(f'<context xml:id="c">{SWAPPED}</context>'), trace("0 0, 20 10", 'contextRef="#c"')),
        (trace("0 0, 20 10", 'contextRef="#c"'), defined(f'<context xml:id="c">{SWAPPED}</context>')),
        (defined(FORMAT, '<context xml:id="c" traceFormatRef="#fmt"/>'), trace("0 0, 20 10", 'contextRef="#c"')),
        (defined(FORMAT), '<context traceFormatRef="#fmt"/>', trace("0 0, 20 10")),
        (
            defined(
                f'<inkSource xml:id="s">{SWAPPED}</inkSource><context xml:id="c" inkSourceRef="#s" brushRef="#none"/>'
            ),
            trace("0 0, 20 10", 'contextRef="#c" brushRef="#none"'),
        ),
        (
            defined(FORMAT, '<context xml:id="c" traceFormatRef="#fmt"/><context xml:id="d" contextRef="#c"/>'),
            trace("0 0, 20 10", 'contextRef="#d"'),
        ),
        (
            defined(f'<context xml:id="c">{SWAPPED}</context>'),
            f'<traceGroup contextRef="#c"><traceGroup>{trace("0 0, 20 10")}</traceGroup></traceGroup>',
        ),
        (
            defined(f'<context xml:id="c">{SWAPPED}</context>', trace("0 0, 20 10", 'xml:id="t"')),
            view("t", 'contextRef="#c"'),
        ),
        # What does not apply:
        (defined(SWAPPED), trace("0 0, 10 20")),
        (defined(f'<context xml:id="c">{SWAPPED}</context>'), trace("0 0, 10 20")),
        (f"<context>{SWAPPED}</context>", trace("0 0, 10 20", 'contextRef="#DefaultContext"')),
        (f"<context>{SWAPPED}</context>", '<context traceFormatRef="#DefaultTraceFormat"/>', trace("0 0, 10 20")),
        (f"<context><canvas>{SWAPPED}</canvas></context>", trace("0 0, 10 20")),
        (f"<context><inkSource>{SWAPPED}</inkSource>{channels()}</context>", trace("0 0, 10 20")),
        (SWAPPED, channels(), trace("0 0, 10 20")),
    ],
)
def test_what_applies_to_a_trace(parts: tuple[str, ...]) -> None:
    assert same(read(*parts), read(trace("0 0, 10 20")))
