"""InkML: our files are read back exactly, other programs' files are fitted in, and hostile XML is refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glyphstudio.glyphs import inkml
from glyphstudio.glyphs.ink import LIMIT, MAX_STROKES, Ink, InkError, Stroke

NS = 'xmlns="http://www.w3.org/2003/InkML"'


def document(body: str, head: str = "") -> bytes:
    return f"<ink {NS}>{head}{body}</ink>".encode()


def only_stroke(data: bytes) -> Stroke:
    (stroke,) = inkml.read(data).strokes
    return stroke


def shape(xy: object) -> np.ndarray:
    """Move and scale points to a unit box. Fitting them into the canvas must not change the result."""
    points = np.asarray(xy, dtype=np.float64)
    points = points - points.min(axis=0)
    scaled: np.ndarray = points / points.max()
    return scaled


coordinate = st.floats(-LIMIT, LIMIT, allow_nan=False)


@st.composite
def inks(draw: st.DrawFn) -> Ink:
    pressed = draw(st.sampled_from(["all", "none", "some"]))
    strokes = []
    for index in range(draw(st.integers(1, 4))):
        size = draw(st.integers(1, 12))
        xy = draw(st.lists(st.tuples(coordinate, coordinate), min_size=size, max_size=size))
        t = sorted(draw(st.lists(st.floats(0, 2e7), min_size=size, max_size=size)))
        force = draw(st.lists(st.floats(0, 1), min_size=size, max_size=size))
        has = pressed == "all" or (pressed == "some" and index % 2 == 0)
        strokes.append(Stroke.of(xy, t, force if has else None))
    return Ink(tuple(strokes))


@given(inks())
def test_round_trip_is_exact(ink: Ink) -> None:
    again = inkml.read(inkml.write(ink))
    assert again == ink
    for was, now in zip(ink.strokes, again.strokes, strict=True):
        # Equality of ink ignores pressure that only some strokes have, but the file keeps it.
        assert (was.pressure is None) == (now.pressure is None)
        if was.pressure is not None and now.pressure is not None:
            np.testing.assert_array_equal(was.pressure, now.pressure)


def test_file_is_small_and_plain() -> None:
    text = inkml.write(Ink.of([[(0.5, 0.25), (0.0, 1.0)]])).decode()
    assert "<trace>0.5 0.25 0, 0 1 10</trace>" in text
    assert NS in text


@pytest.mark.parametrize("root", ["<ink>", f"<ink {NS}>", '<inkml:ink xmlns:inkml="http://www.w3.org/2003/InkML">'])
def test_with_or_without_namespace(root: str) -> None:
    prefix = "inkml:" if root.startswith("<inkml:") else ""
    data = f"{root}<{prefix}trace>0 0, 10 20</{prefix}trace></{prefix}ink>".encode()
    np.testing.assert_allclose(only_stroke(data).xy, [[0.3, 0.1], [0.7, 0.9]], atol=1e-4)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "latin-1"])
def test_encodings(encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding.removesuffix("-sig")}"?><ink><trace>0 0, 1 1</trace></ink>'
    assert len(only_stroke(text.encode(encoding))) == 2


def test_foreign_ink_fills_the_canvas_with_a_margin_aspect_kept_y_down() -> None:
    ink = inkml.read(document("<trace>5000 -300, 9000 -300</trace><trace>5000 -300, 5000 700</trace>"))
    points = np.concatenate([stroke.xy for stroke in ink.strokes])
    np.testing.assert_allclose(points.min(axis=0), [0.1, 0.4], atol=1e-4)
    np.testing.assert_allclose(points.max(axis=0), [0.9, 0.6], atol=1e-4)
    assert ink.strokes[1].xy[1, 1] > ink.strokes[1].xy[0, 1]


def test_a_single_dot_lies_in_the_middle() -> None:
    np.testing.assert_allclose(only_stroke(document("<trace>77 12345</trace>")).xy, [[0.5, 0.5]])


def test_differences_as_in_the_standard() -> None:
    text = "1125 18432,'23'43,\"7\"-8,3-5,7 -3,6 2,6 8,3 6,2 4,3 6,3-6"
    xs = [1125, 1148, 1178, 1211, 1251, 1297, 1349, 1404, 1461, 1521, 1584]
    ys = [18432, 18475, 18510, 18540, 18567, 18596, 18633, 18676, 18723, 18776, 18823]
    expected = np.array([xs, ys], dtype=float).T
    stroke = only_stroke(
        document(f"<trace>{text}</trace>", '<traceFormat><channel name="X"/><channel name="Y"/></traceFormat>')
    )
    np.testing.assert_allclose(shape(stroke.xy), shape(expected), atol=1e-3)


def test_explicit_prefix_ends_differences() -> None:
    stroke = only_stroke(document("<trace>0 0,'10'10,10 10,!5!40</trace>"))
    np.testing.assert_allclose(shape(stroke.xy), shape([[0, 0], [10, 10], [20, 20], [5, 40]]), atol=1e-3)


def test_wildcards() -> None:
    # A star keeps a value (first trace) or a speed (second). A question mark reports nothing, so the point is left out.
    ink = inkml.read(document("<trace>0 0, * 10, 10 ?, 10 *</trace><trace>0 0,'5'5,* *,* *</trace>"))
    both = np.concatenate([stroke.xy for stroke in ink.strokes])
    expected = [[0, 0], [0, 10], [10, 10], [0, 0], [5, 5], [10, 10], [15, 15]]
    np.testing.assert_allclose(shape(both), shape(expected), atol=1e-3)


def test_channels_in_any_order_others_skipped() -> None:
    head = """<traceFormat><channel name="T" units="s"/><channel name="OTx"/><channel name="Y"/>
      <channel name="F" max="2048"/><channel name="X"/>
      <intermittentChannels><channel name="B" type="boolean"/></intermittentChannels></traceFormat>"""
    stroke = only_stroke(document("<trace>7.00 99 0 512 0 T, 7.02 99 20 1024 10, 7.05 99 20 2048 20 F</trace>", head))
    np.testing.assert_allclose(shape(stroke.xy), shape([[0, 0], [10, 20], [20, 20]]), atol=1e-3)
    np.testing.assert_allclose(stroke.t, [0, 20, 50])
    assert stroke.pressure is not None
    np.testing.assert_allclose(stroke.pressure, [0.25, 0.5, 1.0], atol=1e-3)


def test_orientation_turns_an_axis() -> None:
    head = '<traceFormat><channel name="X"/><channel name="Y" orientation="-ve"/></traceFormat>'
    stroke = only_stroke(document("<trace>0 0, 0 10</trace>", head))
    assert stroke.xy[1, 1] < stroke.xy[0, 1]


def test_formats_by_reference() -> None:
    head = """<definitions>
        <context xml:id="swapped"><inkSource>
          <traceFormat><channel name="Y"/><channel name="X"/></traceFormat>
        </inkSource></context>
        <traceFormat xml:id="plain"><channel name="X"/><channel name="Y"/></traceFormat>
        <context xml:id="usual" traceFormatRef="#plain"/>
      </definitions>"""
    body = """<trace contextRef="#swapped">0 0, 10 20</trace>
        <traceGroup contextRef="#usual"><traceGroup><trace>0 0, 20 10</trace></traceGroup></traceGroup>"""
    first, second = inkml.read(document(body, head)).strokes
    np.testing.assert_array_equal(first.xy, second.xy)


def test_pen_up_traces_are_left_out_and_continuations_joined() -> None:
    body = """<trace xml:id="a" continuation="begin">0 0 0, 1 1 10</trace>
        <trace type="penUp">50 50 15</trace>
        <trace xml:id="b">9 9 40</trace>
        <trace continuation="end" priorRef="#a">2 2 20</trace>"""
    ink = inkml.read(document(body))
    assert [len(stroke) for stroke in ink.strokes] == [3, 1]
    np.testing.assert_allclose(ink.strokes[0].t, [0, 10, 20])


def test_times_of_one_clock_are_kept_from_the_first_point() -> None:
    ink = inkml.read(document("<trace>0 0 1700000000000, 1 1 1700000000008</trace><trace>2 2 1700000000250</trace>"))
    assert [stroke.t.tolist() for stroke in ink.strokes] == [[0, 8], [250]]


def test_a_clock_for_every_stroke_becomes_one() -> None:
    ink = inkml.read(document("<trace>0 0 0, 1 1 30</trace><trace>2 2 0, 3 3 20</trace>"))
    assert [stroke.t.tolist() for stroke in ink.strokes] == [[0, 30], [130, 150]]


def test_without_times_ten_milliseconds_a_point() -> None:
    ink = inkml.read(document('<trace>0 0, 1 1, 2 2</trace><trace timeOffset="400">2 2, 3 3</trace>'))
    assert [stroke.t.tolist() for stroke in ink.strokes] == [[0, 10, 20], [400, 410]]


def test_a_channel_that_runs_backwards_is_no_clock() -> None:
    assert only_stroke(document("<trace>0 0 50, 1 1 10, 2 2 90</trace>")).t.tolist() == [0, 10, 20]


def test_points_that_are_not_finite_are_dropped() -> None:
    stroke = only_stroke(document("<trace>0 0, nan 3, 1e999 2, 10 10,</trace>"))
    np.testing.assert_allclose(stroke.xy, [[0.1, 0.1], [0.9, 0.9]], atol=1e-4)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"<ink></ink>", "has no strokes"),
        (b"<ink><trace></trace></ink>", "not one usable point"),
        (b"<ink><trace>nan nan</trace></ink>", "not one usable point"),
        (b"<svg></svg>", "but not InkML: it starts with <svg>"),
        (b"<ink><trace>0 0, 1 1</trace>", "damaged or cut short"),
        (b"<ink><trace>0 0, left right</trace></ink>", "Stroke 1 of this InkML file has “left right”"),
        (
            b"<ink><trace>" + b"1 " * 100 + b"</trace></ink>",
            "has 100 values in point 1, but its format has 2 channels (X, Y)",
        ),
        (b'<ink><traceFormat><channel name="X"/></traceFormat><trace>1</trace></ink>', "no X and Y channel"),
        (b"<ink>" + b"<traceGroup>" * 200, "nested too deeply"),
        (b"<ink>" + b"<trace>0 0</trace>" * (MAX_STROKES + 1) + b"</ink>", "strokes; this one has more"),
        (b"<ink><trace>" + b"0 0," * 500_001 + b"</trace></ink>", "points; this one has more"),
        (
            b"<ink><traceFormat>" + b'<channel name="Q"/>' * 33 + b"</traceFormat><trace>1</trace></ink>",
            "more than 32 channels",
        ),
        (b'<?xml version="1.0" encoding="no-such"?><ink/>', "“no-such”, an encoding that GlyphStudio does not know"),
        (b"<ink>" + b" " * (33 << 20) + b"</ink>", "at most 32 MB"),
    ],
)
def test_unreadable_files_get_a_sentence(data: bytes, says: str) -> None:
    with pytest.raises(InkError) as caught:
        inkml.read(data)
    assert says in str(caught.value)
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"<ink/>\n<ink/>", "two roots, <ink> and, from line 2 on, <ink>,"),
        (b"<ink/><svg/>", "two roots, <ink> and, from line 1 on, <svg>,"),
        (b"<ink/>\n<?xml version='1.0'?>\n<ink/>", "two roots, <ink> and, from line 2 on, <ink>,"),
        ('<?xml version="1.0" encoding="gbk"?><ink>\u6c49</ink><inkml:ink/>'.encode("gbk"), "on, <inkml:ink>,"),
        (b"<ink/>\nmore", "something after its end, </ink> (line 2)"),
        (b"<ink/></ink>", "damaged or cut short (line 1)"),
        (b"<ink>" + b"<brush/>" * 200_001 + b"</ink>", "more than 200,000 elements"),
    ],
)
def test_a_file_has_one_root_and_not_too_much_in_it(data: bytes, says: str) -> None:
    with pytest.raises(InkError) as caught:
        inkml.read(data)
    assert says in str(caught.value)


def test_blank_lines_before_the_declaration_do_no_harm() -> None:
    assert len(only_stroke(b'\n\n<?xml version="1.0"?><ink><trace>0 0, 5 5</trace></ink>')) == 2


_PIECES = [
    "<definitions>", "</definitions>", "<traceGroup>", "</traceGroup>", '<trace xml:id="a">', "0 0, 10 10", "5 5,'1'2",
    "</trace>", '<trace xml:id="b" contextRef="#c">', '<traceView traceDataRef="#a"/>', "</traceView>",
    '<traceView traceDataRef="#b" from="1">', '<context xml:id="c">', '<context contextRef="#c" inkSourceRef="#s">',
    "</context>", '<inkSource xml:id="s">', "</inkSource>", "<traceFormat>", '<channel name="X" units="mm"/>',
    '<channel name="Y" orientation="-ve"/>', '<channel name="T"/>', "</traceFormat>", "<canvas>", "</canvas>",
    '<channelProperty channel="X" name="resolution" value="3" units="1/in"/>', "<canvasTransform>", "<affine>",
    "</canvasTransform>", '<mapping type="affine">', "1 0 0, 0 2 0", "</affine>", "</mapping>", "<annotationXML>",
]  # fmt: skip


@given(st.lists(st.sampled_from(_PIECES), max_size=30))
def test_any_document_gives_ink_or_a_sentence(parts: list[str]) -> None:
    open_tags: list[str] = []
    text = []
    for part in parts:  # close what is open, so that most documents are well-formed
        name = part.strip("</>").split()[0]
        if part.startswith("</"):
            if name not in open_tags:
                continue
            while open_tags[-1] != name:
                text.append(f"</{open_tags.pop()}>")
            open_tags.pop()
        elif part.startswith("<") and not part.endswith("/>"):
            open_tags.append(name)
        text.append(part)
    text += [f"</{name}>" for name in reversed(open_tags)]
    try:
        ink = inkml.read(document("".join(text)))
    except InkError as error:
        assert str(error).endswith(".")
    else:
        assert ink
        assert inkml.read(inkml.write(ink)) == ink


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE ink [<!ENTITY a "0 0,"><!ENTITY b "&a;&a;&a;">]>',
        '<!DOCTYPE ink [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE ink SYSTEM "http://127.0.0.1:9/ink.dtd">',
        '<!DOCTYPE ink [<!ENTITY % p SYSTEM "http://127.0.0.1:9/"> %p;]>',
    ],
)
def test_document_types_are_refused(doctype: str) -> None:
    with pytest.raises(InkError, match="DOCTYPE"):
        inkml.read(f"{doctype}<ink><trace>&a;</trace></ink>".encode())


def test_a_long_run_of_digits_is_quick() -> None:
    with pytest.raises(InkError, match="where a point should be"):
        inkml.read(document("<trace>" + "1" * 2_000_000 + "x</trace>"))
