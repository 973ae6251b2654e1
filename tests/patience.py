"""How long tests wait for what is sure to come. One generous figure, because the machine may have other work."""

PATIENCE = 200  # seconds; the limit of a whole test, in pyproject.toml, is above it
