"""Recognises: from a drawing to a ranking, by prototypes in memory or by a learner that adapts to the library."""
