"""Define filter "pii", which drops documents that hold more personal data than a recipe allows."""

from typing import Any

import pyarrow as pa

from yurai_filters.compare import above
from yurai_filters.declare import document_filter
from yurai_filters.pii.kinds import Kind
from yurai_filters.ranges import Count
from yurai_filters.why import first_reason


@document_filter("pii", version=2)
def pii(
    pii: pa.ListArray,  # type: ignore[type-arg] # pyarrow takes no arguments at run time
    *,
    max_email: Count | None = None,
    max_ip: Count | None = None,
    max_phone: Count | None = None,
    max_card: Count | None = None,
    max_iban: Count | None = None,
    max_postal: Count | None = None,
    max_address: Count | None = None,
    max_mynumber: Count | None = None,
    max_bank: Count | None = None,
    max_licence: Count | None = None,
    max_passport: Count | None = None,
    max_residence: Count | None = None,
    max_pension: Count | None = None,
    max_insurance: Count | None = None,
    max_ssn: Count | None = None,
    max_national_id: Count | None = None,
    max_name: Count | None = None,
    max_special_care: Count | None = None,
) -> pa.StringArray:
    """Drop documents that held more personal data of a kind than a limit; exactly the limit stays.

    What it drops: `email`, `ip`, `phone`, `card`, `iban`, `postal`, `address`, `mynumber`, `bank`, `licence`,
    `passport`, `residence`, `pension`, `insurance`, `ssn`, `national-id`, `name`, `special-care`, each above its limit
    (unset: no limit; 0: none may be there).
    Reads the counts of stage `redact`, which must come before it; redacted and reported ones count alike.
    Why: placeholders hide what was found; a page with hundreds of addresses is a directory and no prose.
    Source: this project; published corpora mask and keep.
    Example: `max_card = 0` drops a page with one card number as `card`.
    """
    return first_reason(
        email=above(_count(pii, "email"), max_email),
        ip=above(_count(pii, "ip"), max_ip),
        phone=above(_count(pii, "phone"), max_phone),
        card=above(_count(pii, "card"), max_card),
        iban=above(_count(pii, "iban"), max_iban),
        postal=above(_count(pii, "postal"), max_postal),
        address=above(_count(pii, "address"), max_address),
        mynumber=above(_count(pii, "mynumber"), max_mynumber),
        bank=above(_count(pii, "bank"), max_bank),
        licence=above(_count(pii, "licence"), max_licence),
        passport=above(_count(pii, "passport"), max_passport),
        residence=above(_count(pii, "residence"), max_residence),
        pension=above(_count(pii, "pension"), max_pension),
        insurance=above(_count(pii, "insurance"), max_insurance),
        ssn=above(_count(pii, "ssn"), max_ssn),
        national_id=above(_count(pii, "national-id"), max_national_id),
        name=above(_count(pii, "name"), max_name),
        special_care=above(_count(pii, "special-care"), max_special_care),
    )


def _count(counts: "pa.ListArray[Any]", kind: Kind) -> pa.Int32Array:
    """Sum the counts of one kind in each row; 0 where it is not listed, null where the row is."""
    sums = [
        None if row is None else sum(entry["count"] for entry in row if entry["name"] == kind)
        for row in counts.to_pylist()
    ]
    return pa.array(sums, pa.int32())
