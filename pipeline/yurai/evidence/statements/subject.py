"""Tell what the words before the name of a licence speak of: this page, this site, its text, or something else."""

# ruff: noqa: RUF001 - marks of all scripts are meant
import re
from typing import Final, Literal

from yurai.evidence.statements import grammar

Subject = Literal["page", "site", "text", "implied", "picture", "data", "other"]
"""What a licence is said of: this page or work, this site, text of whomever, nothing that is named, something else."""
_LEAST: Final = 4
"""Letters of a name from which it is looked for in the page's own names."""
_LONG: Final = 8
_MOST_OF: Final = 0.6
_OPENS: Final = {"「": "」", "『": "』", "“": "”", "„": "“", "«": "»", '"': '"'}
_MARKS: Final = " \"“”„»«「『.'"
_NAME_END: Final = re.compile(r"\s(?:by|von|de|par|di|da|is|ist|steht|are)\s|[:(（「」\"“”„»«]|(?:は|の)")
_TITLE_PARTS: Final = re.compile(r"\n|\s[|–—·:»«-]+\s|\|")
_ARTICLE: Final = re.compile(r"\A(?:the|der|die|das|la|le|el|il|o|a)\s+", re.IGNORECASE)


def subject(words: str, own: str, sentence: str, *, labelled: bool) -> Subject:
    """What the words before a name speak of.

    `own` are the page's own names, in lower case; `labelled`: the name is the value of a label such as "License:".
    """
    if grammar.BORROWED.search(words):
        return "other"
    part = _part(words, sentence)
    if part is not None:
        return part
    if grammar.SITE.search(words):
        return "site"
    if grammar.PAGE.search(words):
        return "page"
    if grammar.FIRST.search(words):
        return "site"
    if grammar.BARE.search(words):
        return "text" if _is_own(words, own) else "other"
    if labelled or not words or grammar.RIGHTS_LINE.search(words):
        return "implied"
    return "page" if _is_titled(words, own) else "other"


def _part(words: str, sentence: str) -> Subject | None:
    """Something on the page that is not its text, unless the text is named beside it."""
    if grammar.PICTURE_HOST.search(sentence):
        return "picture"
    if grammar.CONTENT.search(grammar.WHERE.sub(" ", words)):
        return None
    if grammar.PICTURE.search(words):
        return "picture"
    if grammar.TOOL.search(words):
        return "other"
    return "data" if grammar.DATA.search(words) else None


def _is_own(words: str, own: str) -> bool:
    """No other owner of the content is named than this page's."""
    owner = grammar.OWNER.search(words)
    if owner is None:
        return True
    name = (owner["name"] or owner["japanese"]).strip(_MARKS).casefold()
    return len(name) >= _LEAST and (name in own or name.split()[0] in own)


def _is_titled(words: str, own: str) -> bool:
    """The subject is what the page or its site is called, as in the sentence that Creative Commons makes for a work."""
    bare = _ARTICLE.sub("", words.strip(_MARKS), count=1)
    name = _NAME_END.split(bare, maxsplit=1)[0].strip().casefold()
    titles = (part.strip() for part in _TITLE_PARTS.split(own))
    return len(name) >= _LEAST and any(_is_called(name, title) for title in titles)


def _is_called(name: str, title: str) -> bool:
    most = name in title and len(name) >= _MOST_OF * len(title)
    return most or (len(title) >= _LONG and name.startswith(title))


def is_quoted(before: str) -> bool:
    """A quotation that holds the subject goes on: it is somebody else's sentence, or an example."""
    opened: list[tuple[str, int]] = []
    for at, letter in enumerate(before):
        if opened and letter == opened[-1][0]:
            opened.pop()
        elif letter in _OPENS:
            opened.append((_OPENS[letter], at))
    rest = before[opened[0][1] + 1 :] if opened else ""
    return any(pattern.search(rest) for pattern in (grammar.PAGE, grammar.SITE, grammar.BEFORE))
