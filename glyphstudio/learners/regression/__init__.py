"""Learners of regression: networks, and starts for their adaptation."""
