"""What the tasks of each step do: input shards in, output shards and counts out. No step knows how tasks are run."""
