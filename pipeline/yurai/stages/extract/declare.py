"""extract: text and title of a page, by handlers for its media type, in a child process that may die."""

from collections.abc import Sequence
from dataclasses import replace

from yurai.declare.lists import declared_digests, file_digests
from yurai.declare.rules import rule
from yurai.declare.stage import Kind, Stage, declare
from yurai.declare.versions import PYTHON
from yurai.engine.use import AnyUse
from yurai.evidence.agents import AI_AGENTS_VERSION
from yurai.evidence.robots import ROBOTS_VERSION
from yurai.extraction import HANDLERS, ExtractOptions
from yurai.extraction.gate.thresholds import VERSION as GATE
from yurai.extraction.honbun.model import version
from yurai.extraction.link_share import SCORE
from yurai.extraction.router import REASONS
from yurai.stages.blocklist.known import digests, named
from yurai.stages.extract.blocked import REASON as BLOCKED
from yurai.stages.extract.gate import model_of_gate, with_languages, wrong_gate

CHILD = ("cpu-limit", "memory-limit", "crashed:*", "extractor-error:*")
"""Reasons that a page fails for in the child process."""
OF_HANDLERS = sorted({word for one in HANDLERS.values() for word in one.reasons})
PACKAGES = ("tld", PYTHON, *sorted({word for one in HANDLERS.values() for word in one.packages}))
OF_GATE = ("fasttext-predict",)


def _versions(settings: ExtractOptions) -> dict[str, str]:
    """Return the versions of the handlers, and of honbun's weights, of rules and of the gate where they are asked."""
    asked = {settings.extractor, settings.retry_with}
    weights = {"honbun weights": version()} if asked & {"honbun", "judged"} else {}
    rules = _rules(settings.retry_rules) if settings.retry_with != "off" else {}
    gate = {"gate": str(GATE)} if settings.gate != "off" else {}
    robots = {"robots.txt": str(ROBOTS_VERSION), "AI agents": AI_AGENTS_VERSION} if settings.evidence else {}
    return _handlers() | weights | gate | robots | rules


def _handlers() -> dict[str, str]:
    """Return the versions of the handlers, and the digests of files that they read."""
    versions = {f"handler {name}": str(one.version) for name, one in HANDLERS.items()}
    for name, one in HANDLERS.items():
        versions |= file_digests(f"handler {name}", one.files)
    return versions


def _rules(names: tuple[str, ...]) -> dict[str, str]:
    versions = {f"rule {name}": str(rule(name).version) for name in names}
    for name in names:
        versions |= declared_digests(rule(name))
    return versions


def _completed(settings: ExtractOptions, behind: Sequence[AnyUse]) -> ExtractOptions:
    """Take the languages of the gate from the stages behind, and pin blocklists to the bytes that they have now."""
    return replace(with_languages(settings, behind), blocklists=named(settings.blocklists))


def _models(settings: ExtractOptions) -> dict[str, str]:
    return model_of_gate(settings) | digests(settings.blocklists)


def _used(settings: ExtractOptions) -> tuple[str, ...]:
    return PACKAGES if settings.gate == "off" else (*PACKAGES, *OF_GATE)


STAGE = declare(
    Stage(
        "extract",
        version=8,
        kind=Kind.EXTRACT,
        settings=ExtractOptions,
        needs=("read",),
        command=("read", "extract"),
        reasons=(
            f"{BLOCKED}:*",
            *REASONS,
            *CHILD,
            *sorted({word for one in HANDLERS.values() for word in one.reasons}),
        ),
        packages=(*PACKAGES, *OF_GATE),
        used=_used,
        place=wrong_gate,
        completed=_completed,
        models=_models,
        versions=_versions,
        scores=lambda settings: frozenset({SCORE} if settings.link_share else ()),
    )
)
