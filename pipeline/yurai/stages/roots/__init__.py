"""The Merkle roots of what a run delivers: hashes of rows in map tasks, trees of keys in one task each."""
