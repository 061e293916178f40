"""Keep one of the documents that share most of their text, found by MinHash, then verified: stage near-dedup."""
