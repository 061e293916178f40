"""Hash the shingles of texts, for whatever compares texts by what they share: see `hashes`."""
