"""The library on the screen: gallery, shots side by side, library files, and a library that cannot be opened."""
