"""Work off the window's thread: one Worker for every thread, a mailbox, error reports."""
