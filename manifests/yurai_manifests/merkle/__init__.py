"""Merkle trees over what a run delivers: roots in run.json, and proofs that one row is in them, or that none is.

    tree         RFC 6962 hash trees: a streamed builder, inclusion paths, their check
    rows         the canonical JSON of a row, and its digest
    leaves       what the leaf of a row says: documents, dropped, evidence ..., tokens
    token_spans  digests of each document's tokens in a shard
    sorted_keys  keys of documents (URL, doc_id, text) in the order of their hashes, sorted on disk
    roots        the field `roots` of run.json: trees of files, folders and keys under one root
    read         leaves and keys of a tree that lies there
    check        `roots` held against the rows
    claims       proofs made of a tree
    proof        proofs checked without it

A tree in document order proves that a row is there. A tree sorted by key proves that none is: two neighbours bracket
the key. Both hang under one root, which `yurai sign` signs.
"""
