"""Say what was taken down from a tree after its run: tombstones, which name no URL and hold no text.

run.json lists them in `takedowns`, each by its name and sha256, so that they are in the chain of digests and sealed.
"""
