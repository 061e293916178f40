"""Find rows of delivered files by URL, doc_id or text, reading kilobytes and not the corpus.

    place_rows  what the index of a folder holds: keys and the numbers of their rows, sorted
    index       search it, by byte ranges
    ranges      a file of a store, read by byte ranges
    rows        read single rows of Parquet files by their number
    lookup      rows by key: by the index, or by a scan where the tree has none

Step `roots.places` of a run writes the index. It is a help and no proof: what it leads to is read and compared, and
that something is *not* there is proved by the Merkle roots (`yurai_manifests.merkle`).
"""
