"""Write export `eu-domains`: all registrable domains of the corpus by their size."""

from collections.abc import Iterator

from yurai_manifests.export import export
from yurai_manifests.facts.gather import facts_and_domains
from yurai_manifests.run import RunRecord
from yurai_manifests.store import Store


@export("eu-domains", media_type="text/csv")
def eu_domains(store: Store, run: RunRecord) -> Iterator[str]:
    """Registrable domains of kept documents, ranked by bytes of their texts (UTF-8) and of their pages (decoded).

    CSV with a header (RFC 4180), by rank of the text; equal sizes in the order of names. The last line, of rank 0 and
    no name, are documents without a domain, where there are some. `eu-summary` names the sha256 of this file.
    """
    with facts_and_domains(store, run) as (_, domains):
        yield from domains.csv()
