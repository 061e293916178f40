"""Keep one of the documents that have equal texts or URLs: stage dedup."""
