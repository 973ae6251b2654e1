"""Curves and maps; the only package that knows pyqtgraph."""
