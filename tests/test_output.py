"""Whatever Yurai prints leaves through one place, `yurai.terminal`: its source is read for anything that goes past it."""

from __future__ import annotations

import ast

import pytest

from test_house import FILES

PRINTERS = {"print", "echo", "secho", "pprint", "print_exc", "print_exception", "displayhook"}
STREAMS = {"stdout", "stderr", "__stdout__", "__stderr__"}
MAY = {
    "yurai.terminal.out": "it is the place",
    "yurai.terminal.table": "asks rich how broad letters are",
    "yurai.engine.progress": "lines above a bar leave through the bar's console, escaped",
    "yurai.cli.reference": "writes pages of documentation while the package is made",
    "yurai.plan.reference": "the same",
    "yurai_filters.catalogue": "the same",
}
CLOSING = {"flush", "fileno", "isatty", "buffer", "closed"}
"""What may be asked of a stream elsewhere: none of them prints."""


def printed_past(name: str) -> list[str]:
    """Lines of a module that print by themselves."""
    source = FILES[name].read_text("utf-8")
    found = list[int]()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            function = node.func
            called = getattr(function, "id", getattr(function, "attr", ""))
            if called in PRINTERS:
                found.append(node.lineno)
            if isinstance(function, ast.Attribute) and is_stream(function.value) and called not in CLOSING:
                found.append(node.lineno)
            found += [one.lineno for one in [*node.args, *(each.value for each in node.keywords)] if is_stream(one)]
        elif isinstance(node, ast.ImportFrom | ast.Import):
            modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else [one.name for one in node.names]
            if any(module.split(".")[0] == "rich" and module != "rich.progress" for module in modules):
                found.append(node.lineno)
    lines = source.splitlines()
    return [f"{name}:{number}: {lines[number - 1].strip()}" for number in sorted(set(found))]


def is_stream(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and node.attr in STREAMS and getattr(node.value, "id", "") == "sys"


@pytest.mark.parametrize("name", sorted(FILES.keys() - MAY.keys()))
def test_nothing_else_prints(name: str) -> None:
    assert printed_past(name) == [], "print with say, tell, put, put_json or put_table of yurai.terminal"


def test_this_test_finds_what_prints() -> None:
    assert len(printed_past("yurai.terminal.out")) >= 5
    assert MAY.keys() <= FILES.keys()
