"""Drawing: the canvas, strokes, undo, the name field, drafts, and drawings read from and written to files."""
