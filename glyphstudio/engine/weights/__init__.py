"""Weights: a learner's parameters in one safetensors file. Reads, checks and writes it; keeps the user's own."""
