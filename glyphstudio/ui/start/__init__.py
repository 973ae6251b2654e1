"""Begins and ends the process: the application, a second start, signals, measuring the start."""
