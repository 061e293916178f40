"""Stage near-dedup: of documents that share most of their text one stays; pairs found by MinHash, then verified."""
