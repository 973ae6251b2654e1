"""The engine's errors. Imports no torch, so that code that only reads a log does not load it."""


class EngineError(Exception):
    """The engine cannot do something. The message is a sentence for the user."""


class SavingError(EngineError):
    """A file could not be written. The file that was there before is still there, and another try may succeed."""
