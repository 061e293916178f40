"""Show a finished tree in a browser: search, pages and their lives, lists, reports; `yurai serve OUT`.

`app.py` has the addresses, `guard.py` what every request passes before, `corpus.py` the tree that is asked, `pages/`
the HTML (written by `yurai.report.markup`, which escapes), `work.py` and `made.py` the threads and processes that keep
the loop free, `listen.py` the socket and the end. Nothing is built, and nothing is fetched from elsewhere.
"""
