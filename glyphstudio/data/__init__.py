"""Where tasks come from: sets of drawings, their splits, and the N-way K-shot sampler."""
