"""Replaces PySide6.QtOpenGL and PySide6.QtOpenGLWidgets (10 MB) in the package. pyqtgraph imports them, but uses them
only to paint with OpenGL. Only the names that its class definitions use must exist."""

from PySide6.QtWidgets import QWidget


class QOpenGLWidget(QWidget):
    """The base class of a widget that GlyphStudio never makes."""
