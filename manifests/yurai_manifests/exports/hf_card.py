"""Write export `hf-card`: the dataset card of the Hugging Face Hub, with what the documents themselves say."""

import json
from collections.abc import Iterator

from yurai_manifests.card import configs_of, head, rows_of, sections
from yurai_manifests.export import export
from yurai_manifests.facts import Facts, facts_of
from yurai_manifests.facts.figures import figures
from yurai_manifests.markdown import table, text
from yurai_manifests.run import RunRecord
from yurai_manifests.store import Store

UNDETERMINED = "und"


@export("hf-card", media_type="text/markdown")
def hf_card(store: Store, run: RunRecord) -> Iterator[str]:
    """Dataset card of the Hugging Face Hub: as README.md of the tree, with languages and all figures of the run.

    Markdown with a head of YAML, as https://github.com/huggingface/hub-docs/blob/main/datasetcard.md has it.
    """
    facts = facts_of(store, run)
    yield head(configs_of(run), rows_of(run, "documents"), _more(facts)) + "\n"
    for section in sections(run):
        yield section + "\n"
    yield "## Figures\n\n"
    yield table(
        ("figure", "value", "what it is"), *((text(one.name), str(one.value), one.about) for one in figures(facts))
    )


def _more(facts: Facts) -> Iterator[str]:
    """Yield lines of YAML; codes are quoted, since `no` alone would be a boolean."""
    codes = sorted({share.name for share in facts.languages} - {"", UNDETERMINED})
    if codes:
        yield "language:"
    yield from (f"- {json.dumps(code)}" for code in codes)
    yield f"pretty_name: {json.dumps(facts.name, ensure_ascii=False)}"
