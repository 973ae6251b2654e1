"""Finds the ink in a picture of paper, and says what it left out and what is doubtful."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

from glyphstudio.glyphs.paper import LEAST_CONTRAST, NO_INK, ink_threshold, paper_contrast
from glyphstudio.glyphs.parts import Mask, line_width, parts_of
from glyphstudio.glyphs.picture import PictureError
from glyphstudio.glyphs.scan.colour import inky_grey
from glyphstudio.glyphs.scan.crumbs import without, without_crumbs
from glyphstudio.glyphs.scan.frames import well_inside, without_box, without_edges
from glyphstudio.glyphs.scan.lines import without_lines, without_table
from glyphstudio.glyphs.scan.margins import without_margin
from glyphstudio.glyphs.scan.pale import dark_marks
from glyphstudio.glyphs.scan.rank import Shades, lightest
from glyphstudio.glyphs.scan.shade import Shading, shading
from glyphstudio.plural import listed

SEARCH_SIDE = 640  # pixels: the longer side of the picture in which the ink is searched for

_SHEET = 40  # pixels: a smaller picture has no room for a sheet with a drawing on it
_WIDE = 5.0  # pixels: a line as wide has a middle that shows its full contrast
_FLANK = 0.45  # share of a line's contrast
_LEAST = 0.02  # share of the picture's side, or of the marks: less is no drawing
_GRAINS = 4  # pixels: in a photo, a smaller part is grain
_THINNER = 0.75  # times as thick as the pen's lines: a lone line of the paper is at most that
_MOST_INK = 0.5  # share of the picture
_FAINT = 0.2  # contrast


@dataclass(frozen=True)
class Adjustment:
    """How a person corrects the reading of a picture. crop: left, top, right, bottom as shares (0..1) of the picture as
    it lies; None for all of it. turns: quarter turns clockwise, after the crop. threshold: the contrast (0..1) from
    which marks are ink; None to choose it. keep_marks: whether the paper's own marks count as ink."""

    crop: tuple[float, float, float, float] | None = None
    turns: int = 0
    threshold: float | None = None
    keep_marks: bool = False


AS_FOUND = Adjustment()


@dataclass(frozen=True, eq=False)
class Found:
    """mask: (H, W) bool, True on ink. contrast: (H, W) float32, about 0 on paper and 1 on black ink, of the same size.
    factor: pixels of the mask for each pixel of the picture. threshold: the contrast from which marks are ink.
    left_out: what of the paper was left out, such as "ruled lines". doubts: sentences on what is doubtful. ruling: how
    thick the ruled lines are, pixels of the picture; 0 if there are none."""

    mask: Mask
    contrast: Shades
    factor: float
    threshold: float
    left_out: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    ruling: float = 0.0

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences about what was left out and what is doubtful; empty if the reading is plain."""
        left_out = (f"left out {listed(self.left_out)} as part of the paper.",) if self.left_out else ()
        return left_out + self.doubts


def find_ink(
    image: Image.Image,
    adjustment: Adjustment = AS_FOUND,
    side: int = SEARCH_SIDE,
    *,
    many: bool = False,
    afar: Found | None = None,
) -> Found:
    """Find the ink in an L or RGB picture that is cropped and turned already. side: pixels, the longer side of the copy
    that is searched. many: whether it is a page of many drawings, of which some may be pale, in a table, or in the
    margin. afar: what was found in the whole picture, if `image` is a part of it. Raises PictureError if there is no
    ink."""
    small, factor = _shrunk(image, side)
    grey = np.asarray(inky_grey(small))
    if grey.min() == grey.max():
        raise PictureError(NO_INK)
    shaded = shading(grey) if max(grey.shape) >= _SHEET else None
    if shaded is None or float(shaded.contrast.max()) < LEAST_CONTRAST:  # cut so tightly that its edge is no paper
        everywhere = np.ones(grey.shape, np.bool_)
        shaded = Shading(paper_contrast(grey), everywhere, everywhere)
    if adjustment.threshold is None:
        threshold = ink_threshold(np.where(shaded.page, shaded.contrast, np.float32(0)))
        mask = _marked(shaded.contrast, threshold)
    else:
        threshold = adjustment.threshold
        mask = shaded.contrast > threshold
    left_out: list[str] = []
    ruling = 0.0
    if not adjustment.keep_marks:
        known = 0.0 if afar is None else afar.ruling * factor
        paper = _Paper(shaded, threshold, adjustment.threshold is None, known, many)
        mask, left_out, ruling = _without_marks(mask, paper)
    mask = _without_specks(mask, shaded.contrast)
    if not (adjustment.keep_marks or many):
        mask, margin = without_margin(mask, shaded.page)
        left_out += ["marks in the margin"] if margin else []
    if not mask.any():
        raise PictureError(NO_INK)
    doubts = _doubts(mask, shaded.contrast)
    return Found(mask, shaded.contrast, factor, threshold, tuple(left_out), doubts, ruling / factor)


def _doubts(mask: Mask, contrast: Shades) -> tuple[str, ...]:
    if mask.mean() > _MOST_INK:
        return ("more than half of it was taken for ink; check that the ink is not the paper.",)
    if float(np.quantile(contrast[mask], 0.8)) < _FAINT:
        return ("the ink is faint; check what was taken for ink.",)
    return ()


def _shrunk(image: Image.Image, side: int) -> tuple[Image.Image, float]:
    if max(image.size) <= side:
        return image, 1.0
    factor = side / max(image.size)
    size = (max(round(image.width * factor), 1), max(round(image.height * factor), 1))
    return image.resize(size, Image.Resampling.BOX, reducing_gap=2.0), factor


def _marked(contrast: Shades, threshold: float) -> Mask:
    """Return where marks are. The flanks of wide lines out of focus are no ink: there half the contrast of the line is
    the limit."""
    mask = contrast > threshold
    width = line_width(mask) if mask.any() else 0.0
    if width < _WIDE:
        return mask
    return mask & (contrast > _FLANK * lightest(contrast, 2 * int(width) + 1))


@dataclass(frozen=True)
class _Paper:
    """shaded, threshold: of the picture. free: whether the threshold was not set by hand. ruling: how thick its lines
    are known to be, pixels; 0 if nothing is known of them. many: whether it has many drawings."""

    shaded: Shading
    threshold: float
    free: bool
    ruling: float
    many: bool


def _without_marks(mask: Mask, paper: _Paper) -> tuple[Mask, list[str], float]:
    """Return the mask without the paper's own marks, what was left out, and how thick its ruled lines are."""
    shaded, ruling = paper.shaded, paper.ruling
    left_out: list[str] = []

    def leave_out(what: str, rest: Mask) -> None:
        nonlocal mask
        if _is_drawing(rest):
            mask = rest
            if what not in left_out:
                left_out.append(what)

    def leave_out_edges() -> None:
        rest, edges = without_edges(mask, shaded.page)
        if edges:
            leave_out("marks along the edge", rest)

    def leave_out_pale(where: Mask) -> None:
        darker = dark_marks(where, shaded.contrast, paper.threshold, stains=not paper.many) if paper.free else None
        if darker is not None and without_edges(darker, shaded.page)[0].sum() > _MOST_INK * darker.sum():
            leave_out("pale marks", darker)

    leave_out_pale(mask & well_inside(shaded.page))  # pale squares may join the drawing to the edge
    leave_out_edges()
    leave_out_pale(mask)
    rest, lines = without_lines(mask, shaded.light, ruling)
    if lines and (ruling or _is_ruling(mask, rest, lines)):
        ruling = ruling or line_width(mask & ~rest)
        leave_out("ruled lines", without_crumbs(rest, mask & ~rest))
        leave_out_edges()  # lines may have joined the edge to the drawing
    if not paper.many:
        rest, table = without_table(mask, shaded.page)
        if table:
            leave_out("a table", rest)
    rest, box = without_box(mask, shaded.page)
    if box:
        leave_out("a box", without_crumbs(rest, mask & ~rest))
    return mask, left_out, ruling


def _is_drawing(mask: Mask) -> bool:
    """Return whether what is left can be a drawing: its largest part is more than a speck."""
    parts = parts_of(mask)
    if not len(parts):
        return False
    left, top, right, bottom = parts.boxes[parts.areas.argmax()].tolist()
    return bool(max(right - left, bottom - top) > _LEAST * max(mask.shape))


def _is_ruling(mask: Mask, rest: Mask, lines: int) -> bool:
    """Return whether lines from edge to edge are the paper's. One or two that are as thick as the other ink, or most of
    the ink, are the drawing's own strokes in a tight cut."""
    gone = mask & ~rest
    left = int(rest.sum())
    if left < _LEAST * int(mask.sum()):
        return False
    return lines >= 3 or (left >= int(gone.sum()) and line_width(gone) < _THINNER * line_width(rest))


def _without_specks(mask: Mask, contrast: Shades) -> Mask:
    parts = parts_of(mask)
    grainy = contrast.shape[1] > 1 and float(np.median(np.abs(np.diff(contrast, axis=1)))) > 0
    smallest = max(0.5 * line_width(mask) ** 2, _GRAINS if grainy else 0.0)
    return without(parts, parts.areas < smallest)
