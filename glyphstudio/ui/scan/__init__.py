"""Lets the user check what was taken for ink in a picture of paper, and correct it."""
