"""Run the tasks of a step wherever the runner runs them, and skip those that are committed."""
