"""The thread that owns the studio (library and recogniser), and the commands it carries out."""
