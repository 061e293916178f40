"""Stage extract: from the records of an archive, or the rows of a table, to texts with evidence of their rights."""
