"""What the engine cannot do, said in a sentence. Knows no torch, nor need those who only read a log."""


class EngineError(Exception):
    """Something the engine cannot do; the message is a sentence for the user."""


class SavingError(EngineError):
    """A file that could not be written; what was there before is still there, and trying again may help."""
