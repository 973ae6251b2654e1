"""Weights, a learner's parameters in one safetensors file: reading, checking, writing, and the folder of the user's own."""
