"""Tell what one robots.txt says of a path: to which agents it is denied, and which preferences hold.

RFC 9309: an agent obeys the groups that name it, all of them together, or those for `*`; of its rules the one with the
longest path decides. Paths, wildcards and `$` are matched by protego.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from yurai.evidence.robots.groups import EVERYONE, read_groups
from yurai.evidence.robots.preferences import READERS, combined, is_malformed, scoped

if TYPE_CHECKING:
    from protego import Protego

_PATH_BYTES: Final = 8192
"""Of a path this much is matched: servers take no longer ones, and a rule costs as much as the path is long."""
# what protego takes for the end of a line, beside those that robots.txt has
_LINE_ENDS: Final = {
    ord(end): "".join(f"%{byte:02X}" for byte in end.encode()) for end in "\v\f\x1c\x1d\x1e\x85\u2028\u2029"
}
_WHOLE_HOST: Final = ("/", "/*", "*")


class RobotsFile:
    """The rules of one robots.txt, from its text."""

    def __init__(self, text: str) -> None:
        self.groups = read_groups(text)
        self._named: dict[str, list[int]] = {}
        for number, group in enumerate(self.groups.groups):
            for name in dict.fromkeys(group.agents):
                self._named.setdefault(name, []).append(number)
        self._parsed: dict[tuple[int, ...], Protego] = {}

    def names(self, agent: str) -> bool:
        """Whether a group speaks to this very agent, rather than to `*`."""
        return agent.lower() in self._named

    def denied(self, path: str, agents: Iterable[str]) -> set[str]:
        """Return which of the agents may not fetch `path` (with its query)."""
        url = f"http://h{path.encode('utf-8', 'replace')[:_PATH_BYTES].decode('utf-8', 'ignore')}"
        verdicts: dict[tuple[int, ...], bool] = {}
        denied = set[str]()
        for agent in agents:
            numbers = self._numbers(agent)
            if numbers not in verdicts:
                verdicts[numbers] = self._rules(numbers).can_fetch(url, EVERYONE)
            if not verdicts[numbers]:
                denied.add(agent)
        return denied

    def preferences(self, path: str, agents: Iterable[str]) -> tuple[str | None, str | None]:
        """Return (Content-Usage, Content-Signal) for `path`: the most restrictive of what is said to `agents` and `*`.

        To one agent the rule with the longest path speaks, several of that length together.
        """
        lines = list(self._lines((*agents, EVERYONE)))
        usage, signal = (combined(*(_longest(some, name, path) for some in lines)) for name in READERS)
        return usage, signal

    def anywhere(self, agents: Iterable[str]) -> tuple[str | None, str | None]:
        """Return (Content-Usage, Content-Signal): the most restrictive that is said of any path."""
        lines = [line for some in self._lines((*agents, EVERYONE)) for line in some]
        usage, signal = (
            combined(*(read(scoped(value)[1]) for one, value in lines if one == name)) for name, read in READERS.items()
        )
        return usage, signal

    def malformed(self) -> list[str]:
        """Return the Content-Usage and Content-Signal values that mean nothing as they are written, each once."""
        lines = (line for group in (self.groups.general, *self.groups.groups) for line in group.lines)
        return list(dict.fromkeys(value for name, value in lines if name in READERS and is_malformed(name, value)))

    def licences(self) -> list[str]:
        """Return the addresses of RSL licences, each once."""
        groups = (self.groups.general, *self.groups.groups)
        return list(dict.fromkeys(value for group in groups for value in group.values("licence")))

    def reach(self, agent: str) -> str | None:
        """Return `denied` where nothing is open to an agent, `restricted` where something is not, None otherwise."""
        rules = [line for number in self._numbers(agent) for line in self.groups.groups[number].lines]
        if not any(name == "disallow" for name, _ in rules):
            return None
        whole = any(name == "disallow" and value in _WHOLE_HOST for name, value in rules)
        return "denied" if whole and not any(name == "allow" for name, _ in rules) else "restricted"

    def _numbers(self, agent: str) -> tuple[int, ...]:
        """Return the groups that an agent obeys."""
        return tuple(self._named.get(agent.lower()) or self._named.get(EVERYONE) or ())

    def _lines(self, agents: Iterable[str]) -> Iterable[list[tuple[str, str]]]:
        """Yield the lines that one agent obeys, for agents that obey others each."""
        for numbers in dict.fromkeys(self._numbers(agent) for agent in agents):
            groups = (self.groups.general, *(self.groups.groups[number] for number in numbers))
            yield [line for group in groups for line in group.lines if line[0] in READERS]

    def _rules(self, numbers: tuple[int, ...]) -> "Protego":
        from protego import Protego  # noqa: PLC0415 - of no use where no robots.txt is

        if numbers not in self._parsed:
            lines = (line for number in numbers for line in self.groups.groups[number].lines)
            rules = [f"{name}: {value.translate(_LINE_ENDS)}" for name, value in lines if name in ("allow", "disallow")]
            self._parsed[numbers] = Protego.parse("\n".join((f"user-agent: {EVERYONE}", *rules)))
        return self._parsed[numbers]


def _longest(lines: Sequence[tuple[str, str]], name: str, path: str) -> str | None:
    """Return what the rules of the longest path that matches say; a rule without a path has the shortest."""
    said, longest = list[str | None](), -1
    for pattern, statement in (scoped(value) for one, value in lines if one == name):
        length = len(pattern.encode())
        if length >= longest and (not pattern or matches(pattern, path)):
            said = [*(said if length == longest else ()), READERS[name](statement)]
            longest = length
    return combined(*said)


@lru_cache(1024)
def _pattern(pattern: str) -> "Protego":
    from protego import Protego  # noqa: PLC0415 - as above

    return Protego.parse(f"user-agent: {EVERYONE}\ndisallow: {pattern.translate(_LINE_ENDS)}")


def matches(pattern: str, path: str) -> bool:
    """Whether a path of robots.txt, with its `*` and `$`, matches the path of a page."""
    return not _pattern(pattern).can_fetch(f"http://h{path[:_PATH_BYTES]}", EVERYONE)
