"""Build the index of the texts of a finished tree.

tasks    rows of documents/ -> a piece: units, order of suffixes, heads, documents
driver   which rows each piece holds, and the manifest
"""
