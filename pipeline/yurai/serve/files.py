"""The files that pages need: style and script, read once."""

from __future__ import annotations

import functools
import importlib.resources
import re
from typing import Final

from yurai_manifests.errors import ContractError

KINDS: Final = {
    "serve.css": "text/css",
    "report.css": "text/css",
    "serve.js": "text/javascript",
    "theme.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}
_LIGHT: Final = re.compile(r":root \{(.*?)\n\}", re.DOTALL)
_DARK: Final = re.compile(r"@media \(prefers-color-scheme: dark\) \{\s*:root \{(.*?)\}\s*\}", re.DOTALL)


@functools.cache
def static(name: str) -> tuple[bytes, str]:
    """Return a file of ours and its media type; raises KeyError where there is none."""
    kind = KINDS[name]
    if name == "report.css":
        return switchable(_text("yurai.report", "style.css")).encode(), kind
    return _text("yurai.serve", f"static/{name}").encode(), kind


def switchable(style: str) -> str:
    """Return the style of reports with its two sets of colours also by choice: `data-theme` of the root.

    Raises:
        ContractError: the style sheet has no such sets.
    """
    light, dark = _LIGHT.search(style), _DARK.search(style)
    if light is None or dark is None:
        raise ContractError("style.css of reports names its colours otherwise; see yurai/serve/files.py")
    chosen = (("light", light[1]), ("dark", dark[1]))
    rules = (
        f'@media screen {{ :root[data-theme="{name}"] {{{colours}\n  color-scheme: {name}; }} }}\n'
        for name, colours in chosen
    )
    return style + "".join(rules)


def _text(package: str, name: str) -> str:
    return importlib.resources.files(package).joinpath(name).read_text("utf-8")
