"""Commands that measure learners."""
