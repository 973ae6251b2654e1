"""The Evaluate dock: measure a learner on many tasks and show accuracy, confusions and reliability."""
