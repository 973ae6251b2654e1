"""Meta-training: recipe, configuration, the training loop, several processes, what a step costs, the end."""
