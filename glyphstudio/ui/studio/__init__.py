"""The studio's thread, which owns library and recogniser, and the commands it carries out."""
