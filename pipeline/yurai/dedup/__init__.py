"""Near-duplicates: the arithmetic of signatures, buckets, pairs, graphs and orders, on arrays; files and tasks know it.

`shingles` and `signature` turn text into numbers, `records` says what steps hand on, `order` who stays.
"""
