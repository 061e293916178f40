"""Write the catalogue: the table in `filters/README.md`, from the declarations. Run it with `python -m`."""

from __future__ import annotations

import sys
from pathlib import Path

from yurai_filters import EDITORS, FILTERS, TAGGERS, Declaration, reasons, rules

BEGIN = "<!-- catalogue: written by python -m yurai_filters.catalogue -->"
END = "<!-- end of catalogue -->"
README = Path(__file__).resolve().parents[1] / "README.md"
_HEAD = ("name", "version", "reads", "settings (default)", "gives", "source", "in a line")


def catalogue_markdown() -> str:
    """One Markdown table for each kind, of what this package declares (plugins are left out), sorted by name."""
    kinds = (("Filters", FILTERS), ("Taggers", TAGGERS), ("Editors", EDITORS))
    return "\n".join(f"### {title}\n\n{_table(list(declared.values()))}" for title, declared in kinds)


def in_step(page: str) -> str:
    """Return `page` with the catalogue between its two markers; raise ValueError if it lacks one."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the page has no lines {BEGIN!r} and {END!r}; put them where the catalogue belongs")
    return f"{before}{BEGIN}\n\n{catalogue_markdown()}\n{END}{after}"


def main() -> None:
    """Rewrite the catalogue of the checkout this module is in."""
    README.write_text(in_step(README.read_text(encoding="utf-8")), encoding="utf-8")
    sys.stdout.write(f"wrote the catalogue in {README}\n")


def _table(declarations: list[Declaration]) -> str:
    ours = [declaration for declaration in declarations if declaration.package.name == "yurai"]
    rows = [
        _HEAD,
        ("---",) * len(_HEAD),
        *(_row(declaration) for declaration in sorted(ours, key=lambda declaration: declaration.name)),
    ]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _row(declaration: Declaration) -> tuple[str, ...]:
    gives = {
        "filter": lambda: reasons(declaration),
        "tagger": lambda: tuple(declaration.writes),
        "editor": lambda: rules(declaration),
    }
    settings = [f"`{setting.name}` ({_default(setting.default)})" for setting in declaration.settings.values()]
    cells = (
        f"`{declaration.name}`",
        str(declaration.version),
        _codes(declaration.columns),
        ", ".join(settings) or "none",
        _codes(gives[declaration.kind]()),
        declaration.cites or "this project",
        declaration.summary,
    )
    return tuple(cell.replace("|", "\\|") for cell in cells)


def _codes(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _default(value: object) -> str:
    if value is None:
        return "unset"
    return " ".join(value) if isinstance(value, tuple) else f"{value:,}" if type(value) is int else str(value)


if __name__ == "__main__":
    main()
