"""Deliberately empty: rich imports what it needs, and PyInstaller's usual hook would add hundreds of languages."""
