"""Bring rows from the tasks that write them to the tasks that need them, in files, partition by partition."""
