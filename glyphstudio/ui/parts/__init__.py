"""What several rooms share: theme, icons, painting, wording, settings and small widgets."""
