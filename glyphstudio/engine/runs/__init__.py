"""Every training as a run in a folder: its settings, its log, its lock, and what the log says is wrong."""
