"""Reads, checks and writes weights: a learner's parameters in one safetensors file. Has the folder of the user's own."""
