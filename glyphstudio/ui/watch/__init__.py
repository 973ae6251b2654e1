"""Two docks that show what a learner does: it adapts step by step, and it maps glyphs to embeddings."""
