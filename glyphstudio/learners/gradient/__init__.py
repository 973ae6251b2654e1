"""Learners that adapt by gradient descent: the inner loop, and what meta-learns its start."""
