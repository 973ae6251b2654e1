"""Shows the recogniser's answer: the verdict and the ranking, and handles a click on a candidate."""
