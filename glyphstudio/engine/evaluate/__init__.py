"""Measures how good a learner is: tasks, accuracy with its interval, calibration, and confusions."""
