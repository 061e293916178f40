"""Answer whether a work is in a corpus: by URL, doc_id, domain, text or quotation.

    variants  URLs that are similar to one, and not the same
    work      one candidate: what became of it, where it is, its copies, tokens, verdict and evidence
    scan      texts that are near to one, hold passages of it, or a quotation
    domain    all candidates of a domain
    answer    the answer, and its JSON
    ask       questions to answers
    signed    answers with their proofs, signed and verified

A URL, a doc_id and a token cost some kilobytes (`yurai_manifests.lookup`). What needs more says that it scanned.
"""
