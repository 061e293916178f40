"""Make the report of a run: one HTML page for people who decide whether to trust and publish a corpus.

    facts    a delivered file     -> counts, histograms, the pages nearest to each limit (a task)
    copies   delivered files      -> where dedup ran: what went, how similar, the largest clusters (three steps)
    merge    all facts            -> one `Facts`, with bounded memory
    page     Facts, audit, recipe -> index.html: no script, nothing fetched, all crawl text redacted and escaped

The page lies in OUT/report/ and belongs to no digest: it can be made again from the tree at any time.
"""
