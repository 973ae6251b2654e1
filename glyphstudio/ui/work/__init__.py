"""Does work off the window's thread: the Worker class for every thread, a mailbox, and error reports."""
