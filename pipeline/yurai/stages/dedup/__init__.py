"""Stage dedup: of documents with equal texts or URLs one stays."""
