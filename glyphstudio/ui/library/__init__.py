"""Shows the library: the gallery, shots side by side, library files, and the page for one that cannot be opened."""
