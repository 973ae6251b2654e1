"""The Evaluate dock: measures a learner on many tasks and shows accuracy, confusions and reliability."""
