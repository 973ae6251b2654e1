"""How good a learner is: tasks answered, accuracy with its interval, calibration, what gets confused with what."""
