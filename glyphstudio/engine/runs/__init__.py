"""Runs: each training in a folder, with its settings, its log, its lock, and what the log shows is wrong."""
