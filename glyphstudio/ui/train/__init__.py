"""The Meta-Train dock: settings, a training with live curves, its result."""
