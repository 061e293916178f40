"""From decisions to rows, for stages that drop duplicates: what goes is told what stays, then each shard is cut."""
