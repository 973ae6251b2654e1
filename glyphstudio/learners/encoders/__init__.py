"""Networks from bitmaps to embeddings, shared by all learners."""
