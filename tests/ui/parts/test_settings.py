"""Settings survive a restart, and invalid values in the file count as absent."""

from __future__ import annotations

from pathlib import Path

from glyphstudio.ui.parts.settings import Settings
from glyphstudio.verdict import Strictness


def test_settings_survive_and_invalid_values_count_as_absent(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "s.ini")
    assert settings.theme == "system"
    assert settings.strictness is Strictness.BALANCED
    settings.strictness = Strictness.STRICT
    assert settings.library is None
    assert settings.pen_width is None
    settings.theme, settings.pen_width, settings.library = "dark", 3, Path("/x/y.glyphs")
    settings.panel_width = 400
    settings.save()
    again = Settings(tmp_path / "s.ini")
    assert (again.theme, again.pen_width, again.library, again.panel_width) == ("dark", 3, Path("/x/y.glyphs"), 400)
    assert again.strictness is Strictness.STRICT
    (tmp_path / "bad.ini").write_text(
        "[General]\ntheme=purple\nstrictness=harsh\npen_width=wide\ngeometry=7\nlibrary=\n"
    )
    bad = Settings(tmp_path / "bad.ini")
    assert bad.strictness is Strictness.BALANCED
    assert (bad.theme, bad.pen_width, bad.geometry, bad.library) == ("system", None, None, None)
