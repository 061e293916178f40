"""Find reservations in words, as comments of robots.txt hold them: a class of its own, which no policy must obey.

They are told by what they name: Directive (EU) 2019/790 or section 44b of the German act, or text and data mining or
the training of models together with a word that forbids. Patterns cross at most 80 characters: the cost is linear.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

MOST: Final = 16
"""Different notices that are kept of one file."""
_AROUND: Final = 400
_BYTES: Final = 1024
_LAW: Final = r"2019/790|§\s?44\s?b\b|\b44b\s(?:Abs|UrhG)"
_MINING: Final = (
    r"text[- ](?:and|&|und)[- ]data[- ]mining|\bTDM\b|data mining|Nutzungsvorbehalt|fouille de textes"
    r"|テキスト・?データマイニング"
)
_MODELS: Final = (
    r"\b(?:AI|KI|IA|LLMs?|artificial intelligence|machine[- ]learning|(?:large )?language models?|generative|neural)\b"
)
_TRAINING: Final = (
    rf"\b(?:train\w*|develop\w*|fine-?tun\w*|datasets?|corpus|corpora)\b.{{0,80}}{_MODELS}"
    rf"|{_MODELS}.{{0,80}}\b(?:train\w*|datasets?|corpus|corpora|scrap\w*|crawl\w*)\b"
)
_FORBIDS: Final = (
    r"\b(?:not|no|never|without|prohibit\w*|forb[ia]d\w*|reserv\w*|opt[- ]?out|den(?:y|ied)|disallow\w*|unauthori[sz]ed"
    r"|restrict\w*|vorbehalten|untersagt|verboten|interdit\w*|réserv\w*)\b"
)
_ASIAN: Final = r"(?:AI|人工知能|機械学習|学習データ).{0,60}(?:禁|拒否|断り|不可|認めません|許可しません|許諾しません)"
_LAWS: Final = re.compile(_LAW, re.IGNORECASE)
_TOPICS: Final = re.compile(rf"{_MINING}|{_TRAINING}", re.IGNORECASE)
_DENIALS: Final = re.compile(_FORBIDS, re.IGNORECASE)
_JAPANESE: Final = re.compile(_ASIAN)


def notices(runs: Iterable[str]) -> list[str]:
    """Return reservations in words, each once, with what stands around: at most 1,024 bytes, personal data redacted."""
    found: dict[str, None] = {}
    for run in runs:
        for at in _places(run):
            found[_shown(run[max(at - _AROUND, 0) : at + _AROUND])] = None
            if len(found) == MOST:
                return list(found)
    return list(found)


def _places(run: str) -> Iterator[int]:
    """Yield where a reservation stands, the next one only behind what is shown with the last."""
    behind = -1
    for match in sorted((*_LAWS.finditer(run), *_JAPANESE.finditer(run), *_denied(run)), key=re.Match[str].start):
        if match.start() > behind:
            yield match.start()
            behind = match.start() + _AROUND


def _denied(run: str) -> Iterator[re.Match[str]]:
    for match in _TOPICS.finditer(run):
        if _DENIALS.search(run, max(match.start() - _AROUND // 2, 0), match.end() + _AROUND // 2):
            yield match


def _shown(text: str) -> str:
    from yurai_filters.pii import redact_all  # noqa: PLC0415 - only the few files that have a notice need it

    return redact_all(" ".join(text.split())).encode("utf-8", "replace")[:_BYTES].decode("utf-8", "ignore")
