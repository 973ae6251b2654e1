"""The Learner menu: which weights recognise, and the user's own weights files."""
