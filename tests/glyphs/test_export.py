"""Export: other programs can read the files, and they look like the drawing."""

from __future__ import annotations

import base64
import io
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from glyphstudio.glyphs.export import to_inkml, to_png, to_svg
from glyphstudio.glyphs.importing import ImportFailure, load_drawing, picture_from_bytes
from glyphstudio.glyphs.ink import Ink
from glyphstudio.glyphs.picture import Picture

SVG = "{http://www.w3.org/2000/svg}"
HOOK = Ink.of([[(0.25, 0.25), (0.25, 0.75), (0.5, 0.75)], [(0.75, 0.25)]])


def parsed(data: bytes) -> ET.Element:
    return ET.fromstring(data)  # noqa: S314  our own bytes


def pixels(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)).convert("L"))


def test_inkml_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "hook.inkml"
    path.write_bytes(to_inkml(HOOK))
    assert load_drawing(path) == HOOK
    path.write_bytes(to_inkml(Ink()))
    with pytest.raises(ImportFailure, match="no strokes"):
        load_drawing(path)


def test_png_shows_the_strokes_where_they_were_drawn() -> None:
    grey = pixels(to_png(HOOK, 400))
    assert grey.shape == (400, 400)
    for x, y in ((0.25, 0.25), (0.25, 0.5), (0.4, 0.75), (0.75, 0.25)):
        assert grey[int(y * 400), int(x * 400)] < 60
    assert grey[200, 200] == 255
    assert len(np.unique(grey)) > 8, "edges are not antialiased"


@pytest.mark.parametrize("size", [1, 7, 64, 1500])
def test_png_of_any_size(size: int) -> None:
    assert pixels(to_png(HOOK, size)).shape == (size, size)


@pytest.mark.parametrize("size", [0, -1, 5000])
def test_png_refuses_other_sizes(size: int) -> None:
    with pytest.raises(ValueError, match="1 to 4096 pixels"):
        to_png(HOOK, size)


def test_empty_ink_is_blank_paper() -> None:
    assert (pixels(to_png(Ink(), 32)) == 255).all()
    assert not list(parsed(to_svg(Ink())).iter(f"{SVG}path"))


def test_ink_outside_the_canvas_is_cut_off() -> None:
    grey = pixels(to_png(Ink.of([[(-8.0, 0.5), (8.0, 0.5)], [(5.0, 5.0)]]), 100))
    assert (grey[50] < 60).all()
    assert (grey[:40] == 255).all()


def test_a_picture_stays_a_picture() -> None:
    picture = Picture(np.arange(200, dtype=np.uint8).reshape(10, 20).copy())
    assert picture_from_bytes(to_png(picture)) == picture
    assert pixels(to_png(picture, 10)).shape == (5, 10)
    (image,) = parsed(to_svg(picture)).iter(f"{SVG}image")
    head, _, body = image.attrib["href"].partition(",")
    assert head == "data:image/png;base64"
    assert picture_from_bytes(base64.b64decode(body)) == picture


def test_svg_holds_a_smooth_path_for_every_stroke() -> None:
    root = parsed(to_svg(HOOK))
    assert root.attrib["viewBox"] == "0 0 1000 1000"
    (group,) = root
    assert group.attrib["stroke-linecap"] == "round"
    hook, dot = [path.attrib["d"] for path in group]
    assert hook.startswith("M250,250C")
    assert hook.endswith(" 500,750")
    assert hook.count("C") == 2
    assert dot == "M750,250h.01"


def test_svg_of_a_straight_line_stays_on_it() -> None:
    (path,) = parsed(to_svg(Ink.of([[(0.1, 0.5), (0.3, 0.5), (0.3, 0.5), (0.9, 0.5)]]))).iter(f"{SVG}path")
    numbers = [pair.split(",") for pair in path.attrib["d"][1:].replace("C", " ").split()]
    assert {y for _, y in numbers} == {"500"}
    assert [float(x) for x, _ in numbers] == sorted(float(x) for x, _ in numbers)
