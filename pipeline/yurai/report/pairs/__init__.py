"""Judge removals of duplicates by pairs of texts: what went, beside what stayed.

strata    counts of what removals lose by similarity, and a draw from each stratum
judge     a file of pairs for people to mark, and what the marks say
compare   sentences and numbers of one text that another lacks
"""
