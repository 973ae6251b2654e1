"""Starts and ends the app: the application object, a second start, signals, measuring, and the self-test."""
