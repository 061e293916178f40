"""Blocks that the pages show: code by its language, and commands with what they print."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted(
    path
    for path in ROOT.rglob("*.md")
    if not any(part.startswith(".") or part in {"build", "dist"} for part in path.relative_to(ROOT).parts)
)
FENCE = re.compile(r"^```(\S+)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PROGRAMS = ("yurai", "make", "pip", "python", "python3", "curl", "export", "ray", "duckdb", "docker", "git", "kubectl")
SHELLS = ("console", "bash", "sh", "")
COMMENT = re.compile(r"\s+#\s.*")
INDENT = "    "


class Command(NamedTuple):
    """A line that a reader is to type, and what the page shows behind it."""

    page: str
    section: str
    line: str
    shown: str


def fences(language: str) -> list[tuple[str, str, str]]:
    """(page, words after the language, body) of every fenced block in that language."""
    found = [
        (str(page.relative_to(ROOT)), match) for page in PAGES for match in FENCE.finditer(page.read_text("utf-8"))
    ]
    return [(page, match[2].strip(), match[3]) for page, match in found if match[1] == language]


def commands(page: Path) -> list[Command]:
    """Commands of a page in their order: of console blocks, and of other blocks where a line begins with a program."""
    found = []
    for section, language, lines in _blocks(page.read_text("utf-8")):
        prompt = "$ " if language == "console" else ""
        for line in lines:
            word = line.removeprefix(prompt).partition(" ")[0]
            if prompt and line.startswith(prompt):
                found.append(
                    Command(str(page.relative_to(ROOT)), section, COMMENT.sub("", line.removeprefix(prompt)), "")
                )
            elif prompt and found:
                found[-1] = found[-1]._replace(shown=f"{found[-1].shown}{line}\n")
            elif language in SHELLS and word in PROGRAMS:
                found.append(Command(str(page.relative_to(ROOT)), section, COMMENT.sub("", line).strip(), ""))
    return found


def _blocks(text: str) -> list[tuple[str, str, list[str]]]:
    """(section, language, lines) of fenced blocks and of indented ones, which have no language."""
    blocks: list[tuple[str, str, list[str]]] = []
    section, fenced, before = "", False, ""
    for line in text.splitlines():
        if line.startswith("```"):
            fenced = not fenced
            if fenced:
                blocks.append((section, line.removeprefix("```").partition(" ")[0], []))
        elif fenced:
            blocks[-1][2].append(line)
        elif line.startswith("#"):
            section = line.lstrip("# ")
        elif line.startswith(INDENT) and (not before or before.startswith(INDENT)):
            if not before:
                blocks.append((section, "", []))
            blocks[-1][2].append(line.removeprefix(INDENT))
        before = line
    return blocks
