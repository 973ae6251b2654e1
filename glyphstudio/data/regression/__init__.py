"""Tasks of regression: from a few examples, say what number belongs to another input."""
