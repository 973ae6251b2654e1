"""The algorithms that learn to learn: one file per learner, all with the contract of `learner.py`."""
