"""Run a checked recipe: its plan, its stages one after the other, and the tree that it publishes."""
