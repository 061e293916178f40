"""Apply decisions of stages that drop duplicates: tell what goes what stays, then cut each shard."""
