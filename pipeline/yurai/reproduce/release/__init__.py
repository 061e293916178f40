"""Release: write what of a tree may be given to others, and bring the rest back from the archives.

    made = release(open_store("out"), open_store("given"))
    found = restore(open_store("given"), Places(["crawl/"], base, ()), open_store("back"))

`columns` decides what of a row goes out, `shards` which token shards do, `attribution` and `card` write the pages
beside, `write` puts all of it into a folder, and `manifest` says what a release holds. Way back, `restore` makes each
file of documents/ again and `restored` its rows.
"""

from yurai.reproduce.release.manifest import Release, load_release
from yurai.reproduce.release.restore import Restored, restore
from yurai.reproduce.release.write import release

__all__ = ["Release", "Restored", "load_release", "release", "restore"]
