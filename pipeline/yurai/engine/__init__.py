"""What runs the tasks of a step, wherever it runs them, and skips those that are committed."""
