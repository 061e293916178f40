"""Take out of what a run says whatever may not leave the house: secrets of URLs, and letters that act or hide."""

from typing import Final

from yurai_manifests.canonical import Json
from yurai_manifests.location import without_secrets
from yurai_manifests.visible import escaped

LONGEST: Final = 300
"""Code points that anybody's words may have in an export; longer ones end with an ellipsis."""


def clean(words: object, longest: int | None = LONGEST) -> str:
    """Return anybody's words as an export may hold them; "" for None."""
    text = escaped(without_secrets("" if words is None else str(words), ""))
    return text if longest is None or len(text) <= longest else f"{text[:longest]}…"


def clean_json(value: object) -> Json:
    """Return a value of JSON without secrets in its strings; whoever writes it escapes what acts or hides."""
    if isinstance(value, dict):
        return {without_secrets(key, ""): clean_json(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [clean_json(one) for one in value]
    return value if isinstance(value, bool | int | float) or value is None else without_secrets(str(value), "")
