"""In the package's place of PySide6.QtOpenGL and PySide6.QtOpenGLWidgets (10 MB), which pyqtgraph imports and, unless
asked to paint by OpenGL, does not use. Only the names that are there when a class is made must exist."""

from PySide6.QtWidgets import QWidget


class QOpenGLWidget(QWidget):
    """The base class of a widget that GlyphStudio never makes."""
