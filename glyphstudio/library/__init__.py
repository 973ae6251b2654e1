"""What must never be lost: the glyphs a person enrolled, and their shots."""
