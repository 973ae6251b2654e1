"""The Runs dock: a list of all trainings, one in detail, several compared."""
