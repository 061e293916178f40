"""Stage decontaminate: find documents that hold what evaluations ask, by runs of words or characters."""
