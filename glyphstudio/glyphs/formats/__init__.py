"""Formats of other programs, one file each: their bytes to drawings."""
