"""Which traces of an InkML file are drawn: those outside definitions, and those that a traceView shows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from glyphstudio.glyphs.ink import MAX_STROKES, InkError
from glyphstudio.glyphs.inkml.contexts import Context, Contexts
from glyphstudio.glyphs.inkml.document import MAX_ELEMENTS, Document, Element

_DEEPEST = 64
_TRACES = ("trace", "traceGroup", "traceView")
_Index = tuple[int, ...]


@dataclass(frozen=True)
class Drawn:
    """One trace to draw, what applies to it, and which of its points: from `first` to `last`, counted from 0."""

    trace: Element
    context: Context
    first: int = 0
    last: int | None = None


def drawn(document: Document, contexts: Contexts) -> list[Drawn]:
    """Return the traces to draw, in the file's order. Pen-up traces are none."""
    finder = _Finder(document, contexts)
    finder.walk(document.root, Context(), None, defining=False)
    return finder.chosen()


def drawn_in(document: Document, contexts: Contexts, groups: Sequence[Element]) -> list[list[Drawn]]:
    """Return, for each of these groups, what it shows: its traces, and what its views refer to, whether or not this is
    drawn elsewhere too. Pen-up traces are none."""
    finder = _Finder(document, contexts)
    finder.walk(document.root, Context(), None, defining=False)
    return [finder.inside(group) for group in groups]


class _Finder:
    def __init__(self, document: Document, contexts: Contexts) -> None:
        self._document = document
        self._contexts = contexts
        self._current = Context()
        self._contexts_of: dict[Element, tuple[Context | None, Context]] = {}  # own or its group's; the current one
        self._defined: set[Element] = set()
        self._order: list[Element] = []  # traces and views to draw
        self._steps = 0

    def walk(self, parent: Element, current: Context, group: Context | None, defining: bool) -> None:
        """Note what applies to each trace, and what is drawn. Definitions do not change what applies behind them."""
        self._current = current
        for child in parent.children:
            if child.tag == "definitions":
                self.walk(child, self._current, None, defining=True)
            elif child.tag == "traceGroup":
                own = self._contexts.named(child, group)
                self._note(child, own, defining)
                self.walk(child, self._current, own, defining)
            elif child.tag in ("trace", "traceView"):
                own = self._contexts.named(child, group)
                self._note(child, own, defining)
                if not defining:
                    self._order.append(child)
            elif not defining:
                self._current = self._contexts.after(child, self._current)

    def _note(self, element: Element, own: Context | None, defining: bool) -> None:
        self._contexts_of[element] = own, self._current
        if defining:
            self._defined.add(element)

    def chosen(self) -> list[Drawn]:
        result: dict[Drawn, None] = {}
        drawn_already: set[Element] = set()
        for element in self._order:
            view = element if element.tag == "traceView" else None
            for one in self._shown(element, (), (), view, 0):
                if view is None or one.trace in self._defined:
                    for prior in self._prior(one.trace, drawn_already):
                        result |= dict.fromkeys(self._shown(prior, (), (), view, 0))
                        drawn_already.add(prior)
                    result[one] = None
                    drawn_already.add(one.trace)
                if len(result) > MAX_STROKES:
                    raise InkError(f"A drawing may have at most {MAX_STROKES:,} strokes; this one has more.")
        return list(result)

    def inside(self, group: Element) -> list[Drawn]:
        result: dict[Drawn, None] = {}
        for element in group.inside():
            if element.tag in ("trace", "traceView"):
                view = element if element.tag == "traceView" else None
                result |= dict.fromkeys(self._shown(element, (), (), view, 0))
                if len(result) > MAX_STROKES:
                    raise InkError(f"A drawing may have at most {MAX_STROKES:,} strokes; this one has more.")
        return list(result)

    def _prior(self, trace: Element, drawn_already: set[Element]) -> list[Element]:
        """Return the traces in definitions that this one continues, and that are not drawn yet, the first one first."""
        chain: dict[Element, None] = {}
        while trace.about.get("continuation", "").strip() in ("middle", "end"):
            prior = self._document.referred(trace, "priorRef", "trace")
            if prior is None or prior in chain or prior in drawn_already or prior not in self._defined:
                break
            chain[prior] = None
            trace = prior
        return list(reversed(chain))

    def _shown(
        self, element: Element, first: _Index, last: _Index, view: Element | None, depth: int
    ) -> Iterator[Drawn]:
        """Yield the traces in an element, between two places in it. A place is a path of positions, counted from 1."""
        self._steps += 1
        if depth > _DEEPEST or self._steps > MAX_ELEMENTS:
            raise InkError("This InkML file has a traceView that refers to itself, or to too much: export it again.")
        if element.tag == "trace":
            if element.about.get("type", "penDown").strip() != "penUp":
                points = (first[0] - 1 if first else 0), (last[0] - 1 if last else None)
                yield Drawn(element, self._context(element, view), *points)
            return
        if element.tag == "traceView":
            target = self._document.referred(element, "traceDataRef", *_TRACES)
            if target is not None:
                begin, end = _place(element, "from"), _place(element, "to")
                if end and begin[: len(end)] > end:
                    raise InkError("This InkML file has a traceView that ends before it starts: export it again.")
                yield from self._shown(target, begin, end, view, depth + 1)
                return
        yield from self._children(element, first, last, view, depth)

    def _children(
        self, element: Element, first: _Index, last: _Index, view: Element | None, depth: int
    ) -> Iterator[Drawn]:
        begin = first[0] if first else 1
        end = last[0] if last else None
        for number, child in enumerate(element.all(*_TRACES), 1):
            if number < begin or (end is not None and number > end):
                continue
            yield from self._shown(
                child,
                first[1:] if number == begin else (),
                last[1:] if number == end else (),
                view,
                depth + 1,
            )

    def _context(self, trace: Element, view: Element | None) -> Context:
        own, current = self._contexts_of.get(trace, (None, Context()))
        if own is None and view is not None:
            own = self._contexts_of[view][0]
        return current if own is None else own


def _place(view: Element, name: str) -> _Index:
    value = view.about.get(name, "").strip()
    if not value:
        return ()
    if not re.fullmatch(r"[1-9][0-9]{0,6}(:[1-9][0-9]{0,6}){0,63}", value):
        raise InkError(
            f"This InkML file has a traceView with {name}=“{value[:20]}”, but a place is whole numbers from 1 on, "
            "separated by colons. Export the drawing again."
        )
    return tuple(int(part) for part in value.split(":"))
