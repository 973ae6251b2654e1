"""The Runs dock: a list of all trainings, the details of one, and a comparison of several."""
