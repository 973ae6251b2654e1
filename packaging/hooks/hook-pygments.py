"""rich imports what it needs by itself; PyInstaller's usual hook would bring hundreds of languages."""
