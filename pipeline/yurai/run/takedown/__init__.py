"""Take documents and their copies out of a finished tree, and say so in it.

    decide   an order and the rows of a tree -> which documents go, why, and which files hold them; changes nothing
    tasks    an affected file -> the file without those rows
    gaps     a token shard -> the shard with end-of-document ids in their places (mode stable-offset)
    driver   decision, rewritten files, new roots, tombstone, run.json; then the work of the run is removed

What was decided is put into the tree before anything changes, so that a killed takedown goes on as it was decided.
"""
