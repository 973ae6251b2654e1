"""The source of tasks: sets of drawings, their splits, and the N-way K-shot sampler."""
