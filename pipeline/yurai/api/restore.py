"""Define `yurai.restore`: the texts that a release points to, from the archives."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from yurai.api.given import Where, place, places
from yurai.api.places import checked_allowed, checked_inputs, checked_output
from yurai.sources.places import COMMON_CRAWL
from yurai_manifests.store import open_store

if TYPE_CHECKING:
    from yurai.reproduce.release import Restored


def restore(
    release: Where,
    inputs: Where | Iterable[Where],
    output: Where,
    *,
    workers: int = 1,
    base: str = COMMON_CRAWL,
    allow: Iterable[str] = (),
) -> "Restored":
    """Make the files of documents/ that a release was made of anew, in the empty folder `output`.

        found = yurai.restore("given", inputs=["crawl/"], output="back")
        assert found.ok, found.reasons

    Args:
        release: folder or URL that `yurai release` or `Tree.release` wrote
        inputs: where the archives lie now, as `build` takes them; none: crawl-data/... keys at `base`
        output: folder or URL to write to
        workers: files of documents/ that are made at a time
        base: where the crawl-data/... keys of a path list live
        allow: places that a list from elsewhere and a redirect may reach too

    Raises:
        RecipeError: no release, one of another schema or of stages that are not here, or `output` holds something.
        AuditError: a file of the release was changed.
    """
    from yurai.reproduce import Places
    from yurai.reproduce.release import restore as made_again

    given = places(inputs, "inputs") if isinstance(inputs, str) or inputs else []
    read = [place(release, "release"), *given]
    out = open_store(checked_output(place(output, "output"), read))
    found = Places(checked_inputs(given, None), base, tuple(checked_allowed(allow)))
    return made_again(open_store(read[0]), found, out, workers=workers)
