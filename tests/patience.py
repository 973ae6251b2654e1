"""How long tests wait for an event that is sure to come. One generous limit, because the machine may be busy."""

PATIENCE = 200  # seconds; the limit of a whole test, in pyproject.toml, is above it
