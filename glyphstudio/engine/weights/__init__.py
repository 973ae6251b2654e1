"""Reads, checks and writes weights, a learner's parameters in one safetensors file. Keeps the user's in a folder."""
