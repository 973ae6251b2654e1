"""Small good files of each stroke format for tests, and what is read from a file."""

from __future__ import annotations

import numpy as np
import pytest

from glyphstudio.glyphs.formats.labelled import Labelled
from glyphstudio.glyphs.importing import ImportFailure, drawings_from_bytes
from glyphstudio.glyphs.ink import Ink

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


SIMPLE = '{"word":"ell","countrycode":"US","recognized":true,"drawing":[[[20,20,70],[20,80,80]]]}'


ONE = (
    '<?xml version="1.0" encoding="utf-8" standalone="yes"?>\n<Gesture Name="{name}" Subject="1" '
    'Number="{number}">{body}</Gesture>'
)
POINTS = '<Point X="20" Y="20" T="100"/><Point X="20" Y="80" T="140"/><Point X="70" Y="80" T="200"/>'


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


def xopp(*pages: str) -> bytes:
    body = "".join(
        f'<page width="595" height="842"><background type="solid"/><layer>{page}</layer></page>' for page in pages
    )
    return f'<?xml version="1.0"?><xournal creator="x" fileversion="4"><title>t</title>{body}</xournal>'.encode()


PEN = '<stroke tool="pen" color="#000000ff" width="1.41">20 20 20 80 70 80</stroke>'
PRESSED = '<stroke tool="pen" width="2 0.5 1">20 20 20 80 70 80</stroke>'


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
