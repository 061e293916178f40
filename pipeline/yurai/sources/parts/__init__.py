"""Cut one file of many gigabytes into ranges that are read for themselves, with the rows that the whole would give."""
