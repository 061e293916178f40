"""Say what nobody looked at: the same in the page of a run and in reports for one reader."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from yurai.report.readers.said import Said, say
from yurai_manifests.run import RunRecord


def gaps(run: RunRecord, *, marked: bool) -> Iterator[Said]:
    """Yield what this recipe, or this version, leaves undone; `marked` is whether any licence mark is recorded."""
    uses = {stage["use"]: stage for stage in run.recipe_stages}
    if "redact" not in uses:
        yield say("The recipe has no stage redact: personal data that pages hold is still in the text of the corpus.")
    else:
        yield say(
            "Personal data is found by pattern: names, addresses and what no pattern describes are still in the text."
        )
    yield from _copies_left(uses)
    if "filter" not in uses:
        yield say("No filter judged the quality of the text.")
    if not marked:
        yield say("No licence or opt-out mark is recorded: that says nothing of the rights in these pages.")
    if "select" not in uses:
        yield say("No verdict on rights is given: the recipe has no stage select, which judges pages by a policy.")
    if "decontaminate" not in uses:
        yield say("Texts of benchmarks were not looked for.")
    yield say("Language is the label of a model; its errors are not counted here.")


def _copies_left(uses: Mapping[str, Mapping[str, object]]) -> Iterator[Said]:
    """Yield which copies are still there."""
    if "near-dedup" in uses:
        yield say(
            "Near-duplicates are found by chance: what the bands miss, the page of the run estimates under duplicates."
        )
        if uses["near-dedup"]["annotate"]:
            yield say("Near-duplicates are marked, not removed.")
    elif "dedup" in uses or "line-dedup" in uses:
        yield say("Copies were removed where a whole text, URL, line or paragraph is equal; near-duplicates stay.")
    else:
        yield say("Nothing looked for duplicates.")
