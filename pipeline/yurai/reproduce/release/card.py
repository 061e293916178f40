"""Write README.md of a release: what is in it, what was kept back and why, and how texts are brought back."""

from collections.abc import Iterator
from typing import Final

from yurai.reproduce.release import attribution
from yurai.reproduce.release.columns import DOCUMENTS, GIVEN, LEFT_OUT, PLACES, ROW_SHA256, UNSAID, WORDS
from yurai.reproduce.release.manifest import RELEASE, RUN_FOLDER, Release
from yurai_manifests.card import head, recipe_block
from yurai_manifests.markdown import columns, table, text
from yurai_manifests.run import RunRecord

NAME: Final = "README.md"
_CONFIGS: Final = ("documents", "dropped", "evidence", "robots", "warcinfo")
_GIVEN: Final = f"""`documents/` has a row for each document of the run. Where `{GIVEN}` is true, its text is here: the
verdict on redistribution, `redistribute_verdict`, is `allow`, by the policy in `policy_id`. Of the others there is a
pointer: web archive (`source`), byte offset and length, digests of payload and text, and what was measured; the columns
{", ".join(f"`{name}`" for name in WORDS)} are null. `unknown` never counts as allowed. Verdicts
are signals, not legal advice. [{attribution.NAME}]({attribution.NAME}) has a line for each text that is given: title,
author, address, licence, and what was changed. Whoever passes texts on passes it on too."""
_BACK: Final = f"""Texts that are not here are made again from the archives that the rows name:

    yurai restore RELEASE --input ARCHIVES --output NEW

fetches the records, checks their digests, extracts with the recipe and the versions in `{RUN_FOLDER}/` ([recipe and
digests]({RUN_FOLDER}/run.json), [models and packages]({RUN_FOLDER}/plan.json)), and holds each row against its digest
(`{ROW_SHA256}`). The files of documents/ come out byte by byte as those of the run, or each failure is named.
[{RELEASE}]({RELEASE}) has the digest of each file, and of the run's."""


def card(run: RunRecord, made: Release) -> bytes:
    """Return the card of a release whose files have been written, in UTF-8."""
    there = [name for name in _CONFIGS if made.of_folder(name)]
    return "\n".join((head(there, made.counts.documents), *_sections(run, made))).encode()


def _sections(run: RunRecord, made: Release) -> Iterator[str]:
    name, counts = text(str(run.value["recipe"].get("name", ""))), made.counts
    yield f"# A release of {name or 'a corpus'}\n\nOf the run with content digest `{made.of}`.\n"
    yield f"{_GIVEN}\n"
    yield table(
        ("", "run", "given here"),
        ("documents", f"{counts.documents:,}", f"{counts.given:,}"),
        ("bytes of text", f"{counts.text_bytes:,}", f"{counts.given_bytes:,}"),
        ("token shards", f"{counts.shards:,}", f"{counts.given_shards:,}"),
    )
    if made.licences:
        yield table(("licence, as concluded", "texts"), *((text(one), f"{n:,}") for one, n in made.licences.items()))
    yield f"## What stays\n\n{_stays(run)}\n"
    yield f"## Way back\n\n{_BACK}\n"
    yield f"## Recipe\n\n{recipe_block(run)}"
    yield f"## Columns of documents/\n\n{columns(DOCUMENTS)}"


def _stays(run: RunRecord) -> str:
    stays = ["columns that are not public (tiers `auditor` and `internal`)"]
    stays += [f"columns {', '.join(f'`{one}`' for one in names)} of {folder}/" for folder, names in UNSAID.items()]
    stays += [f"folder {folder}/" for folder in LEFT_OUT if run.files(folder)]
    stays += ["token shards with a document whose text is not given, of which the index without tokens is here"]
    places = ", ".join(f"`{one}`" for one in PLACES)
    return (
        "".join(f"- {one}\n" for one in stays)
        + f"- of documents that are not given, {places}, where display is denied or the URL holds personal data\n"
    )
