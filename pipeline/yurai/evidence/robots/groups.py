"""Cut a robots.txt into groups: whom each speaks to, and its rules, preferences and licences.

Source: RFC 9309 section 2.2, with what crawlers forgive (fields without a colon, misspelt Disallow), as protego does;
draft-ietf-aipref-attach for Content-Usage, contentsignals.org for Content-Signal, RSL 1.0 for License. Groups are cut
here and not by protego, which takes a token for the beginning of another one (`Applebot` for `Applebot-Extended`),
knows none of the last three, and takes the product of lines where many agents share many rules.
"""

import re
from dataclasses import dataclass, field
from typing import Final

EVERYONE: Final = "*"
_FIELDS: Final = {
    **dict.fromkeys(("user-agent", "useragent", "user agent"), "agent"),
    **dict.fromkeys(("disallow", "dissallow", "dissalow", "disalow", "diasllow", "disallaw"), "disallow"),
    **dict.fromkeys(("sitemap", "sitemaps", "site-map", "host"), "site"),
    "allow": "allow",
    "disallowaitraining": "no-training",
    "allowaitraining": "training",
    "content-usage": "usage",
    "content-signal": "signal",
    "content-signals": "signal",
    "license": "licence",
}
_TRAINING: Final[dict[str | None, str]] = {"no-training": "n", "training": "y"}
_KNOWN: Final = frozenset(_FIELDS.values())
OTHER: Final = "other"
_LONGEST: Final = 32
_AROUND: Final = " \t#"
_LINE_END: Final = re.compile(r"\r\n|\r|\n")
_COMPATIBLE: Final = re.compile(r"^.*\bcompatible\s*;\s*")
"""What stands before the product token in a whole User-Agent header, which some files hold."""
_TOKEN: Final = re.compile(r"[a-z0-9_.-]+")


@dataclass(slots=True)
class Group:
    """Lines that speak to some agents: (field, value) of `disallow`, `allow`, `usage`, `signal` and `licence`."""

    agents: list[str] = field(default_factory=list)
    lines: list[tuple[str, str]] = field(default_factory=list)

    def values(self, name: str) -> list[str]:
        """Return the values of one field, in order."""
        return [value for one, value in self.lines if one == name]


@dataclass(slots=True)
class Groups:
    """A robots.txt in groups. `general` are lines before any group, whose preferences speak to everyone."""

    general: Group
    groups: list[Group]
    words: list[str]
    """What is said in words: comments and lines that are no rule, each run of consecutive ones joined."""
    known: int
    """Lines with a field that robots.txt has."""


def read_groups(text: str) -> Groups:
    """Cut a robots.txt into groups; every line is looked at once."""
    read = Groups(Group(), [], [], 0)
    current, heading, words = read.general, False, list[str]()
    for line in _LINE_END.split(text):
        rule, _, comment = line.partition("#")
        name, value = _preference(*_field(rule.strip("\ufeff\u200b \t\v\f")))
        said = f"{'' if name in _KNOWN else rule.strip()} {comment.strip(_AROUND)}".strip()
        if said:
            words.append(said)
        elif name and words:
            read.words.append(" ".join(words))
            words = []
        read.known += name in _KNOWN
        if name == "agent":
            if not heading:
                current, heading = Group(), True
                read.groups.append(current)
            current.agents += _names(value)
        elif name and name != "site":
            heading = False
            if value and name != OTHER:
                current.lines.append((name, value))
    if words:
        read.words.append(" ".join(words))
    return read


def _preference(name: str | None, value: str) -> tuple[str | None, str]:
    """Rules of draft-canel-robots-ai-control as the preference that they state: `DisallowAITraining: /a`."""
    if name in _TRAINING:
        return "usage", f"{value} train-ai={_TRAINING[name]}" if value else ""
    return name, value


def _field(rule: str) -> tuple[str | None, str]:
    """Return (field, value) of a line without its comment; the field is `other` if unknown, None if there is none."""
    name, colon, value = rule.partition(":")
    known = _FIELDS.get(" ".join(name.lower().split())) if len(name) <= _LONGEST else None
    if colon and known:
        return known, value.strip()
    words = rule.split(None, 2) if rule else []
    for count in (1, 2):
        if words[count:] and (known := _FIELDS.get(" ".join(words[:count]).lower())) and _is_rule(known, words[count]):
            return known, rule.split(None, count)[count].strip()
    return (OTHER if colon and " " not in name.strip() else None), value.strip()


def _is_rule(name: str, word: str) -> bool:
    """Whether a line without a colon is a rule and no sentence: `Disallow /a`, not `Allow crawlers to`."""
    return name == "agent" or word[0] in "/*" or (name == "site" and "://" in word)


def _names(value: str) -> list[str]:
    """Return the product tokens of a User-agent line, in lower case, without version and trailing wildcard.

    Lists with commas are no part of RFC 9309 but mean each name; a name with words behind it is both, since some
    product tokens hold a space.
    """
    names: list[str] = []
    for part in value.lower().split(","):
        whole = (_COMPATIBLE.sub("", part) or part).strip(" \t\"'").partition("/")[0].strip()
        if whole == EVERYONE:
            names.append(EVERYONE)
        elif whole := whole.replace("*", "").strip():
            first = _TOKEN.match(whole)
            names += dict.fromkeys((whole, first[0] if first else whole))
    return names
