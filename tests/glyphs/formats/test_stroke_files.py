"""Quick Draw, gestures, UNIPEN, IAM-OnDB, Xournal++ and labelled InkML: good files, and each way to be wrong."""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glyphstudio.glyphs.formats.labelled import MAX_DRAWINGS, Labelled
from glyphstudio.glyphs.importing import ImportFailure, drawing_from_bytes, drawings_from_bytes
from glyphstudio.glyphs.ink import Ink
from glyphstudio.glyphs.inkml import write_all

ELL = [(1 / 6, 0.1), (1 / 6, 0.9), (5 / 6, 0.9)]


def read(data: str | bytes, page: int | None = None) -> list[Labelled]:
    return drawings_from_bytes(data if isinstance(data, bytes) else data.encode(), "a.file", page)


def refused(data: str | bytes) -> str:
    with pytest.raises(ImportFailure) as caught:
        read(data)
    sentence = str(caught.value)
    assert sentence.startswith("a.file ")
    assert sentence.endswith(".")
    assert "\n" not in sentence and len(sentence) < 400
    return sentence


def xy(one: Labelled) -> list[list[list[float]]]:
    assert isinstance(one.drawing, Ink)
    return [np.round(stroke.xy.astype(np.float64), 3).tolist() for stroke in one.drawing.strokes]


def is_ell(one: Labelled) -> bool:
    assert isinstance(one.drawing, Ink)
    (stroke,) = one.drawing.strokes
    return stroke.xy.shape == (3, 2) and float(np.abs(stroke.xy - ELL).max()) < 1e-3


# Quick, Draw!

SIMPLE = '{"word":"ell","countrycode":"US","recognized":true,"drawing":[[[20,20,70],[20,80,80]]]}'
RAW = '{"word":"ell","drawing":[[[20.5,20.5,70.5],[20,80,80],[0,35,120]]]}'


def test_quickdraw_simplified_and_raw() -> None:
    (one, two) = read(f"\ufeff{SIMPLE}\r\n\n{RAW}\n")
    assert one.label == two.label == "ell"
    assert is_ell(one) and is_ell(two)
    assert isinstance(two.drawing, Ink)
    assert two.drawing.strokes[0].t.tolist() == [0, 35, 120]


def test_the_case_of_the_issue() -> None:
    (one,) = read('{"word":"ell","drawing":[[[20,20,70],[20,80,80]]]}\n')
    assert is_ell(one)
    assert drawing_from_bytes(b'{"drawing":[[[20,20,70],[20,80,80]]]}', "a") == one.drawing


def test_quickdraw_packed_by_gzip() -> None:
    assert is_ell(read(gzip.compress(SIMPLE.encode()))[0])


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('{"word":"a","drawing":[[[1,2],[3]]]}', "not as many y"),
        ('{"word":"a","drawing":[]}', "no “drawing”"),
        ('{"word":"a","drawing":"x"}', "no “drawing”"),
        ('{"word":"a","drawing":[[]]}', "lists of numbers"),
        ('{"word":"a","drawing":[[[1,"2"],[3,4]]]}', "lists of numbers"),
        ('{"word":"a","drawing":[[[1,true],[3,4]]]}', "lists of numbers"),
        ('{"word":"a","drawing":[[[1,NaN],[3,4]]]}', "not JSON"),
        ('{"word":"a","drawing":[[[1,1e999],[3,4]]]}', "lists of numbers"),
        ('{"word":"a","drawing":[[[1,' + "9" * 5000 + "],[3,4]]]}", "not JSON"),
        ('{"word":"a","drawing":[[[1,2],[3,4', "cut short"),
        ('{"word":"a","drawing":' + "[" * 100_000 + "}", "not JSON"),
        ('{"word":"a","drawing":[[[' + "1," * 3_000_000 + "1],[1]]]}", "4 MB"),
        ('{"word":"\\ud800","drawing":[[[1,2],[3]]]}', "not as many y"),
    ],
    ids=lambda value: value[:40],
)
def test_a_bad_line_is_named(line: str, words: str) -> None:
    sentence = refused(f"{SIMPLE}\n{line}\n")
    assert "Line 2 " in sentence
    assert words in sentence


def test_too_many_drawings() -> None:
    assert f"more than {MAX_DRAWINGS:,} drawings" in refused(f"{SIMPLE}\n" * (MAX_DRAWINGS + 1))


# The $-family

ONE = (
    '<?xml version="1.0" encoding="utf-8" standalone="yes"?>\n<Gesture Name="{name}" Subject="1" '
    'Number="{number}">{body}</Gesture>'
)
POINTS = '<Point X="20" Y="20" T="100"/><Point X="20" Y="80" T="140"/><Point X="70" Y="80" T="200"/>'


def test_gestures_with_and_without_strokes() -> None:
    for body in (POINTS, f'<Stroke index="1">{POINTS}</Stroke>'):
        (one,) = read(ONE.format(name="arrow", number=1, body=body))
        assert is_ell(one)
        assert one.label == "arrow"
        assert isinstance(one.drawing, Ink)
        assert one.drawing.strokes[0].t.tolist() == [0, 40, 100]
    two = f"<Stroke>{POINTS}</Stroke><Stroke>{POINTS}</Stroke>"
    assert isinstance(read(ONE.format(name="x", number=1, body=two))[0].drawing, Ink)


@pytest.mark.parametrize(
    ("name", "number", "label"),
    [
        ("arrow07", 7, "arrow"),
        ("arrow~07", 3, "arrow"),
        ("five-point star~10", 10, "five-point star"),
        ("left_curly_brace03", 3, "left_curly_brace"),
        ("glyph2", 7, "glyph2"),
        ("2", 2, "2"),
        ("", 1, None),
    ],
)
def test_a_gestures_name_has_no_number_of_its_example(name: str, number: int, label: str | None) -> None:
    assert read(ONE.format(name=name, number=number, body=POINTS))[0].label == label


def test_pressure_of_a_pen_is_kept() -> None:
    body = '<Stroke><Point X="0" Y="0" T="0" Pressure="51"/><Point X="50" Y="9" T="9" Pressure="255"/></Stroke>'
    drawing = read(ONE.format(name="a", number=1, body=body))[0].drawing
    assert isinstance(drawing, Ink) and drawing.strokes[0].pressure is not None
    assert np.abs(drawing.strokes[0].pressure - [0.2, 1.0]).max() < 1e-3


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("", "no points"),
        ('<Point X="1"/>', "not a number"),
        ('<Point X="1" Y="nan"/>', "not a number"),
        ('<Point X="1" Y="1e300"/>', "too far away"),
        (f"<Stroke>{POINTS}</Stroke>" * 10_001, "at most 10,000 strokes"),
        ("<a>" * 200 + "</a>" * 200, "nested too deeply"),
        ("<Stroke>", "damaged or cut short"),
    ],
    ids=lambda value: value[:30],
)
def test_bad_gestures(body: str, words: str) -> None:
    assert words in refused(ONE.format(name="a", number=1, body=body))


# UNIPEN

UNIPEN = """.VERSION 1.0
.DATA_SOURCE ART
.COORD X Y T
.HIERARCHY WORD CHARACTER
.SEGMENT WORD 0-2 OK "two letters"
.SEGMENT CHARACTER 0 OK "L"
.SEGMENT CHARACTER 1-2 ? "\\"x"
.PEN_DOWN
 20 80 0
 20 20 20
 70 20 40
.PEN_UP
 50 50 50
.PEN_DOWN
 0 0 60
 9 9 80
.PEN_UP
.PEN_DOWN
 0 9 90
 9 0 99
.PEN_UP
"""


def test_unipens_finest_segments() -> None:
    one, two = read(UNIPEN)
    assert (one.label, two.label) == ("L", '"x')
    assert is_ell(one)
    assert len(xy(two)) == 2
    assert xy(two)[0][0] == [0.1, 0.9]  # y grows upwards in the file


def test_unipen_without_labels_is_one_drawing() -> None:
    (one,) = read("\n".join(line for line in UNIPEN.splitlines() if not line.startswith(".SEGMENT")))
    assert one.label is None
    assert len(xy(one)) == 3


def test_unipen_segments_without_a_list_have_what_follows_them() -> None:
    text = ".VERSION 1.0\n.COORD X Y\n" + "".join(
        f'.SEGMENT CHARACTER\t? "{label}"\n.PEN_DOWN\n20 80\n20 20\n70 20\n.PEN_UP\n' for label in "ab"
    )
    assert [one.label for one in read(text)] == ["a", "b"]
    assert all(is_ell(one) for one in read(text))


def test_a_part_of_a_component() -> None:
    text = UNIPEN.replace('CHARACTER 0 OK "L"', 'CHARACTER 0:1-0:2 OK "L"')
    assert len(xy(read(text)[0])[0]) == 2


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (".COORD X Y T", ".COORD A B T", "no X and Y"),
        (" 20 20 20", " 20 20", "2 of 3 coordinates"),
        (" 20 20 20", " 20 nan 20", "is not a point"),
        (" 20 20 20", " 20 1e200 20", "too far away"),
        ("1-2 ?", "1-7 ?", "components 1 to 7"),
        ("1-2 ?", "2-1 ?", "components 2 to 1"),
        ("1-2 ?", "1-999999999 ?", "components 1 to"),
        ("1-2 ?", "1--2 ?", "no list of components"),
        ('OK "two letters"', 'OK "two', "cannot be read"),
    ],
)
def test_bad_unipen(old: str, new: str, words: str) -> None:
    assert old in UNIPEN
    assert words in refused(UNIPEN.replace(old, new, 1))


def test_unipen_with_only_labels() -> None:
    assert ".INCLUDE" in refused('.INCLUDE apa/data/a.dat\n.SEGMENT CHARACTER 0 ? "a"\n')
    assert "no points" in refused(".VERSION 1.0\n.PEN_DOWN\n.PEN_UP\n")


# IAM-OnDB

IAM = """<?xml version="1.0" encoding="ISO-8859-1"?>
<WhiteboardCaptureSession>
  <WhiteboardDescription><SensorLocation corner="top_left"/></WhiteboardDescription>
  <StrokeSet>
    <Stroke colour="black" start_time="769.05" end_time="769.64">
      <Point x="1073" y="1058" time="769.05"/><Point x="1073" y="1658" time="769.07"/>
      <Point x="1573" y="1658" time="769.08"/>
    </Stroke>
  </StrokeSet>
</WhiteboardCaptureSession>
"""


def test_iam() -> None:
    (one,) = read(IAM)
    assert one.label is None and is_ell(one)
    assert isinstance(one.drawing, Ink)
    assert one.drawing.strokes[0].t.tolist() == [0, 20, 30]
    assert "no strokes" in refused("<WhiteboardCaptureSession/>")
    assert "not a number" in refused(IAM.replace('x="1573"', ""))


# Xournal++


def xopp(*pages: str) -> bytes:
    body = "".join(
        f'<page width="595" height="842"><background type="solid"/><layer>{page}</layer></page>' for page in pages
    )
    return f'<?xml version="1.0"?><xournal creator="x" fileversion="4"><title>t</title>{body}</xournal>'.encode()


PEN = '<stroke tool="pen" color="#000000ff" width="1.41">20 20 20 80 70 80</stroke>'
PRESSED = '<stroke tool="pen" width="2 0.5 1">20 20 20 80 70 80</stroke>'


def test_xournal_packed_or_not() -> None:
    for data in (xopp(PEN), gzip.compress(xopp(PEN)), gzip.compress(xopp(PEN)[:9]) + gzip.compress(xopp(PEN)[9:])):
        (one,) = read(data)
        assert one.label is None and is_ell(one)


def test_only_the_pen_counts() -> None:
    other = '<stroke tool="highlighter" width="9">0 0 400 400</stroke><text x="1" y="1">note</text><image>AAAA</image>'
    (one,) = read(xopp(other + PEN))
    assert is_ell(one)
    assert "write the glyph with the pen" in refused(xopp(other))


def test_widths_are_pressure() -> None:
    drawing = read(xopp(PRESSED))[0].drawing
    assert isinstance(drawing, Ink) and drawing.strokes[0].pressure is not None
    assert drawing.strokes[0].pressure.tolist() == [0.5, 1.0, 1.0]


def test_pages_are_drawings() -> None:
    data = xopp(PEN, "", PRESSED + PEN)
    assert [len(xy(one)) for one in read(data)] == [1, 2]
    assert len(xy(read(data, 2)[0])) == 2
    with pytest.raises(ImportFailure, match=r"has 2 drawings: choose one .*with --page"):
        drawing_from_bytes(data, "a.xopp")
    with pytest.raises(ImportFailure, match=r"no page 3"):
        read(data, 3)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (xopp(PEN.replace(" 80</", "</")), "without a y"),
        (xopp(PEN.replace("70", "x")), "not a number"),
        (gzip.compress(xopp(PEN))[:40], "cut short"),
        (gzip.compress(xopp(PEN))[:-12] + b"damaged!", "damaged or cut short"),
        (gzip.compress(b"a.tar or other"), "a gzip archive"),
        (gzip.compress(bytes(200 << 20), 9), "unpacks to more than 64 MB"),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else len(value),
)
def test_bad_xournal(data: bytes, words: str) -> None:
    assert words in refused(data)


# Labelled InkML

GROUPS = """<ink xmlns="http://www.w3.org/2003/InkML">
<annotation type="truth">$x L$</annotation>
<annotationXML type="truth" encoding="Content-MathML">
  <math xmlns="http://www.w3.org/1998/Math/MathML"><mrow><mi xml:id="x_1">x</mi><mo xml:id="L_1">L</mo></mrow></math>
</annotationXML>
<trace id="0">0 0, 50 50</trace><trace id="1">0 50, 50 0</trace><trace id="2">200 20, 200 80, 250 80</trace>
<trace id="3">900 900, 901 999</trace>
<traceGroup xml:id="4"><annotation type="truth">Segmentation</annotation>
  <traceGroup xml:id="5">{x}<traceView traceDataRef="0"/><traceView traceDataRef="1"/></traceGroup>
  <traceGroup xml:id="6">{ell}<traceView traceDataRef="2"/></traceGroup>
</traceGroup></ink>"""


def label(text: str, kind: str = "truth") -> str:
    return f'<annotation type="{kind}">{text}</annotation>'


@pytest.mark.parametrize(
    ("x", "ell"),
    [
        (label("x"), label("L")),
        (label("x", "Label"), label("\n L ", "class")),
        (label("5", "id") + label("x"), '<annotationXML href="L_1"/>'),
        ('<annotationXML href="#x_1"/>', label("L")),
    ],
)
def test_labelled_groups(x: str, ell: str) -> None:
    one, two = read(GROUPS.format(x=x, ell=ell))
    assert (one.label, two.label) == ("x", "L")
    assert xy(one) == [[[0.1, 0.1], [0.9, 0.9]], [[0.1, 0.9], [0.9, 0.1]]]
    assert is_ell(two)


def test_one_drawing_stays_one_with_the_label_of_its_file() -> None:
    (one,) = read(f"<ink>{label('x')}<trace>20 20, 20 80, 70 80</trace></ink>")
    assert one.label == "x" and is_ell(one)
    (group,) = read(f"<ink><traceGroup>{label('y')}<trace>0 0, 0 9</trace></traceGroup><trace>9 0, 9 9</trace></ink>")
    assert group.label == "y"
    assert len(xy(group)) == 2, "a stroke outside its only group is part of the drawing"


def test_several_drawings_are_not_taken_for_one() -> None:
    with pytest.raises(ImportFailure, match=r"a has 2 drawings: .*enrol --from"):
        drawing_from_bytes(GROUPS.format(x=label("x"), ell=label("L")).encode(), "a")


def test_bad_groups() -> None:
    text = GROUPS.format(x=label("x"), ell=label("L"))
    assert "“99”" in refused(text.replace('traceDataRef="2"', 'traceDataRef="99"'))
    many = f"<traceGroup>{label('a')}<trace>0 0</trace></traceGroup>" * 20_001
    assert "more than 20,000 labelled groups" in refused(f"<ink>{many}</ink>")
    again = f'<traceGroup>{label("a")}{"""<traceView traceDataRef="0"/>""" * 40}</traceGroup>' * 4500
    assert "too much" in refused(f'<ink><trace id="0">0 0</trace>{again}</ink>')


NAMES = st.text(st.characters(exclude_categories=("Cc", "Cs", "Cn"), exclude_characters="\u2028\u2029"), min_size=1)


@given(st.lists(st.tuples(NAMES, st.integers(0, 1 << 30)), min_size=1, max_size=6))
def test_our_own_file_of_many_comes_back(drawings: list[tuple[str, int]]) -> None:
    made = [(" ".join(name.split()) or "x", _scrawl(seed)) for name, seed in drawings]
    back = read(write_all(made))
    assert [(one.label, one.drawing) for one in back] == made


def _scrawl(seed: int) -> Ink:
    rng = np.random.default_rng(seed)
    return Ink.of([rng.uniform(-0.2, 1.2, (int(rng.integers(1, 9)), 2)) for _ in range(int(rng.integers(1, 5)))])


# Anything at all

FILES = [
    SIMPLE,
    ONE.format(name="a", number=1, body=POINTS),
    UNIPEN,
    IAM,
    xopp(PRESSED).decode(),
    GROUPS.format(x=label("x"), ell=""),
]


@given(st.sampled_from(FILES), st.randoms(use_true_random=False), st.integers(1, 6))
def test_damaged_files_get_a_sentence(text: str, random: random.Random, count: int) -> None:
    data = bytearray(text.encode())
    for _ in range(count):
        place = random.randrange(len(data))
        match random.randrange(3):
            case 0:
                data[place] = random.randrange(256)
            case 1:
                del data[place : place + random.randrange(1, 40)]
            case _:
                data[place:place] = data[: random.randrange(1, 60)]
    try:
        assert all(isinstance(one.drawing, Ink) for one in read(bytes(data)))
    except ImportFailure as failure:
        assert str(failure).endswith(".")


def test_a_shipped_sample_has_no_label() -> None:
    sample = Path(__file__).parents[3] / "assets" / "samples" / "Kresh" / "careful.inkml"
    (one,) = read(sample.read_bytes())
    assert one.label is None


def test_json_is_not_taken_for_quick_draw() -> None:
    assert "JSON, but not Quick, Draw!'s form" in refused(json.dumps({"strokes": []}))
