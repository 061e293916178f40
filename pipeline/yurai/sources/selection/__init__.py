"""Select records of a crawl by its index, and keep what was selected: files, ranges and digests, no page.

`index_files` finds files of an index, `cdx` reads its lines, `relation` names the columns, `where` guards the condition
on a row, `scan` asks one file, `make` brings the answers together, `merge` sorts them, and `manifest` stands over them.
"""
