"""How a machine learns to learn: one file per learner, each behind the contract of `learner.py`."""
