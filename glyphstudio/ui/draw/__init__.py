"""The paper and the pen: canvas, strokes, undo, the name field, drafts, drawings in and out of files."""
