"""The Learner menu: chooses the weights that recognise, and manages the user's own weights files."""
