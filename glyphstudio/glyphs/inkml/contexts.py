"""What applies to a trace: its format, its device and its canvas.

An element inside gives each of them, or a reference, or what came before in the file.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from glyphstudio.glyphs.ink import InkError
from glyphstudio.glyphs.inkml.channels import Format, Steps, read_format, read_resolutions, steps
from glyphstudio.glyphs.inkml.document import Document, Element
from glyphstudio.glyphs.inkml.mapping import Affine, read_channel_map, read_transform

_DEEPEST = 32
_FIELDS = {"traceFormat": "format", "inkSource": "source", "canvas": "canvas", "canvasTransform": "transform"}
_KINDS = ("context", *_FIELDS)


@dataclass(frozen=True)
class Context:
    """The elements that describe a trace; None for the Recommendation's default. A brush changes no shape, so none."""

    format: Element | None = None
    source: Element | None = None
    canvas: Element | None = None
    transform: Element | None = None


@dataclass(frozen=True)
class Meaning:
    """A context as numbers.

    scales, shifts: what X and Y are multiplied by, and what is added, before all else. affine: from these values to the
    canvas, None if they are the canvas's already.
    """

    format: Format
    resolutions: dict[str, tuple[float, str]]
    scales: tuple[float, float]
    shifts: tuple[float, float]
    affine: Affine | None
    canvas: Format
    canvas_steps: Steps


class Contexts:
    """The contexts of one document."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._meanings: dict[Context, Meaning] = {}

    def after(self, element: Element, context: Context, depth: int = 0) -> Context:
        """Return what applies behind `element`, or inside it, if `context` applied before."""
        if depth > _DEEPEST:
            raise InkError("This InkML file has a context that refers to itself: export the drawing again.")
        if element.tag in ("traceFormat", "canvas", "canvasTransform"):
            return replace(context, **{_FIELDS[element.tag]: element})
        if element.tag == "inkSource":
            own = self._document.referred(element, "traceFormatRef", "traceFormat") or element.first("traceFormat")
            return replace(context, source=element, format=own or context.format)
        if element.tag == "context":
            return self._after_context(element, context, depth)
        return context

    def named(self, element: Element, context: Context | None, depth: int = 0) -> Context | None:
        """Return the context that an element's contextRef names; `context` if it has none."""
        referred = self._document.referred(element, "contextRef", *_KINDS)
        if referred is None:
            return context if element.about.get("contextRef", "").rpartition("#")[2] == "" else Context()
        return self.after(referred, Context(), depth + 1)

    def _after_context(self, element: Element, context: Context, depth: int) -> Context:
        base = self.named(element, context, depth) or context
        # A device's own format comes first, so that the context's format counts if it has both.
        for reference, tag in (
            ("inkSourceRef", "inkSource"),
            ("traceFormatRef", "traceFormat"),
            ("canvasRef", "canvas"),
            ("canvasTransformRef", "canvasTransform"),
        ):
            found = element.first(tag) or self._document.referred(element, reference, tag)
            if found is not None:
                base = self.after(found, base, depth + 1)
            elif element.about.get(reference):  # one of the Recommendation's own, such as #DefaultTraceFormat
                base = replace(base, **{_FIELDS[tag]: None})
        return base

    def meaning(self, context: Context) -> Meaning:
        """Return the context as numbers. Raises InkError if GlyphStudio does not read such a context."""
        if context not in self._meanings:
            canvas = None if context.canvas is None else context.canvas.first("traceFormat")
            if context.canvas is not None and canvas is None:
                canvas = self._document.referred(context.canvas, "traceFormatRef", "traceFormat")
            shape = Format() if canvas is None else read_format(canvas)
            has_axes = min(shape.place("X"), shape.place("Y")) >= 0
            maps = [(1.0, 0.0), (1.0, 0.0)]
            if context.format is not None:
                maps = [read_channel_map(self._document, context.format, axis) for axis in "XY"]
            self._meanings[context] = Meaning(
                Format() if context.format is None else read_format(context.format),
                {} if context.source is None else read_resolutions(context.source),
                (maps[0][0], maps[1][0]),
                (maps[0][1], maps[1][1]),
                None if context.transform is None else read_transform(self._document, context.transform),
                shape if has_axes else Format(),
                steps(shape, {}, whole=False) if has_axes else Steps(),
            )
        return self._meanings[context]
