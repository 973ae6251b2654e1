"""The window. The only room that knows Qt; torch is imported only inside its threads."""
