"""Name in words what columns hold as codes: classes of licences, verdicts, uses, kinds and scopes of marks."""

from typing import Final

from yurai.report.readers.said import Said, say

CLASSES: Final[dict[str, Said]] = {
    "public-domain": say("public domain"),
    "attribution": say("attribution (open)"),
    "share-alike": say("share-alike (copyleft)"),
    "non-commercial": say("non-commercial"),
    "no-derivatives": say("no derivatives"),
    "non-commercial-no-derivatives": say("non-commercial, no derivatives"),
    "other": say("another licence"),
    "conflict": say("statements contradict"),
    "none": say("searched, no licence found"),
    "noassertion": say("could not be determined"),
    "unassessed": say("not assessed: no policy judged it"),
}
USES: Final[dict[str, Said]] = {
    "train": say("training"),
    "display": say("display in search"),
    "redistribute": say("redistribution"),
}
VERDICTS: Final[dict[str, Said]] = {"allow": say("allowed"), "unknown": say("unknown"), "deny": say("denied")}
KINDS: Final[dict[str, Said]] = {
    "licence_claim": say("licence claims"),
    "optout_signal": say("signals about use by AI"),
    "search_signal": say("signals about search"),
    "notice": say("notices in words, such as a copyright line"),
}
SCOPES: Final[dict[str, Said]] = {
    "page": say("the page"),
    "main_text": say("the main text"),
    "embedded": say("something embedded"),
    "site": say("the site"),
    "dataset": say("a dataset"),
    "unknown": say("cannot be told"),
}
OUTCOMES: Final[dict[str, Said]] = {"dropped": say("dropped"), "failed": say("failed")}
STATES: Final[dict[str, Said]] = {
    "pass": say("pass"),
    "fail": say("fail"),
    "not-applicable": say("not applicable"),
    "not-checked": say("not checked"),
}
UNKNOWN: Final = say("not known")


def uses_of(text: str) -> Said:
    """Return uses that commas part, as column verdict_reasons writes them."""
    named = [USES[one] for one in text.split(",") if one in USES]
    if len(named) == len(USES):
        return say("all uses")
    two = 2
    return say("{first} and {second}", first=named[0], second=named[1]) if len(named) == two else named[0]
