"""IAM-OnDB: a good file, and each way to be wrong."""

from __future__ import annotations

from glyphstudio.glyphs.ink import Ink

from .stroke_files import IAM, is_ell, read, refused


def test_iam() -> None:
    (one,) = read(IAM)
    assert one.label is None and is_ell(one)
    assert isinstance(one.drawing, Ink)
    assert one.drawing.strokes[0].t.tolist() == [0, 20, 30]
    assert "no strokes" in refused("<WhiteboardCaptureSession/>")
    assert "not a number" in refused(IAM.replace('x="1573"', ""))
