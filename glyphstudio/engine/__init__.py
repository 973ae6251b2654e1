"""Recognises, meta-trains and evaluates for the app. Reads and writes weights, and chooses devices."""
