"""Meta-trains: recipe, configuration, training loop, several processes, the cost of a step, and the end."""
