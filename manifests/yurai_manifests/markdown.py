"""Write Markdown whose words may be anybody's: tables of columns, and text that stays text."""

import re

import pyarrow as pa

from yurai_manifests.visible import escaped

_SIGNS = re.compile(r"[\\`*_\[\]<>&#|~$]")


def text(words: str) -> str:
    r"""Return `words` on one line, as Markdown shows them as they are: signs of markup and HTML get a backslash."""
    return _SIGNS.sub(r"\\\g<0>", escaped(" ".join(words.split())))


def code_block(words: str) -> str:
    """Return lines as an indented block, which nothing that stands in it can end."""
    return "".join(f"    {line}\n" for line in words.split("\n"))


def table(*rows: tuple[str, ...]) -> str:
    """Return a table of GitHub's Markdown; the first row is its head."""
    head, *body = rows
    lines = [head, ("---",) * len(head), *(tuple(cell.replace("|", "\\|") for cell in row) for row in body)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def columns(schema: pa.Schema) -> str:
    """Return the table of the columns of a schema, with type, tier and meaning from their metadata."""
    metadata = [{key.decode(): word.decode() for key, word in (field.metadata or {}).items()} for field in schema]
    rows = [
        (f"`{field.name}`", f"`{field.type}`", word["tier"], word["doc"] + ("" if field.nullable else "; never null"))
        for field, word in zip(schema, metadata, strict=True)
    ]
    return table(("column", "type", "tier", "meaning"), *rows)
