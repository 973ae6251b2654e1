"""Plots: curves of runs, adaptation curves and the reliability diagram; the only package that uses pyqtgraph."""
