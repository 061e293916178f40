"""Write HTML and SVG by one function, which escapes whatever is not markup already.

Only `el` makes `Markup`, so text from a crawl cannot become an element or an attribute, whoever passes it on, and no
control or bidirectional character stays one.
"""

from html import escape
from typing import TypeAlias

from yurai_manifests.visible import escaped_lines

Child: TypeAlias = "str | int | None"
VOID = ("meta", "link", "input", "br", "wbr", "rect", "line", "path", "circle")


class Markup(str):
    """HTML that `el` wrote."""

    __slots__ = ()


def el(name: str, *children: Child, **attributes: str | float | None) -> Markup:
    """Return one element: children that are not Markup are escaped, None is left out.

    `class_` and `for_` lose their underscore, inner underscores become hyphens; an attribute of None is left out.
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{_plain(_text(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in VOID and not children:
        return Markup(f"<{name}{written}/>")
    return Markup(f"<{name}{written}>{join(*children)}</{name}>")


def join(*children: Child) -> Markup:
    """Return children side by side, escaped as `el` does."""
    return Markup("".join(_child(child) for child in children if child is not None))


def _child(child: str | int) -> str:
    return child if isinstance(child, Markup) else _plain(str(child))


def _plain(text: str) -> str:
    """Return text that no browser takes for markup, and that neither hides nor reorders anything."""
    return escape(escaped_lines(text))


def _text(value: str | float) -> str:
    """Numbers of a drawing keep two decimals: more would not be seen, and their noise is not the same everywhere."""
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
