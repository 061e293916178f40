"""Mutants of what people and servers write: recipes (TOML), indexes (CDX, CDXJ, ZipNum), selections, robots.txt.

A recipe, an index or a selection is read or refused in words; a robots.txt is always read.
"""

from __future__ import annotations

import gzip
import json
import random
import re
from pathlib import Path
from typing import Final

from mutant_rows import value
from mutants import NUMBERS, TOKENS, Judged, Kind, damaged, maybe, shuffled, twice
from yurai.evidence.robots import COLUMNS, Captures, RobotsCapture, read_robots, read_well_known
from yurai.run.recipe import Recipe, load_recipe, shipped
from yurai.run.recipe_text import as_toml
from yurai.sources.selection.cdx import cdx_batches
from yurai_manifests.canonical import canonical
from yurai_manifests.errors import RecipeError, ShardError

# --- recipes ----------------------------------------------------------------------------------------------------------

_TOKEN: Final = re.compile(rb'"[^"\n]*"|[\w.-]+|\s+|.', re.DOTALL)
TOML_VALUES: Final = (
    b"0", b"-1", b"1e400", b"nan", b"inf", b"true", b'""', b'"off"', b"[]", b"{}", b"[[]]", b'[1, "a"]', b"1979-05-27T07:32:00Z",
    b"07:32:00", b'"\\u0000"', b'"\\u202e"', b"9" * 400, b"0x7fffffffffffffffff", b"{ a = { b = 1 } }", b'"' + b"x" * 3_000 + b'"',
    b'"""\nx\n"""', b"0.5", b"1_000", b'"ja"', b'["ja", "en"]', b'"/nowhere/x.txt"', b'"../../etc/passwd"',
)  # fmt: skip


def recipe(rng: random.Random) -> bytes:
    """A shipped recipe with tables, lines and tokens dropped, doubled, swapped, or with other values."""
    data = rng.choice(sorted(shipped().values())).read_bytes()
    for _ in range(rng.randint(1, 4)):
        fate = rng.random()
        lines = data.splitlines(keepends=True)
        if fate < 0.2:
            data = b"".join(shuffled(re.split(rb"(?m)(?=^\[\[?)", data), rng))
        elif fate < 0.4:
            data = b"".join(shuffled(lines, rng))
        elif fate < 0.8 and (said := [at for at, line in enumerate(lines) if b"=" in line]):
            at = rng.choice(said)
            name = lines[at].partition(b"=")[0]
            other = rng.choice(
                (*TOML_VALUES, lines[rng.choice(said)].partition(b"=")[2].strip(), b"%d" % rng.choice(NUMBERS))
            )
            lines[at] = name + b"= " + other + b"\n"
            data = b"".join(lines)
        else:
            tokens = _TOKEN.findall(data)
            tokens[rng.randrange(len(tokens))] = rng.choice((*TOKENS, *TOML_VALUES[:12], rng.choice(tokens)))
            data = b"".join(tokens)
    return data


def _judge_recipe(data: bytes, path: Path) -> Judged:
    path = path.with_suffix(".toml")
    path.write_bytes(data)
    read, wrong = twice(lambda: _recipe(path))
    if not isinstance(read, Recipe):
        return Judged(wrong or _clear(read), refused=True)
    path.write_text(as_toml(read), "utf-8")
    again = _recipe(path)
    if not isinstance(again, Recipe):
        return Judged(f"what is written of it is refused: {again}"[:300])
    if again.identities() != read.identities():
        return Judged("what is written of it is another recipe")
    return Judged(wrong)


def _recipe(path: Path) -> Recipe | str:
    try:
        read = load_recipe(str(path))
        canonical(read.json())
        read.identities()
    except RecipeError as error:
        return str(error)
    return read


def _clear(message: str) -> str:
    """What is wrong with an error: it must say something, in a line or a few that can be shown."""
    return "" if 10 < len(message) < 3_000 else f"an error of {len(message):,} characters: {message[:80]}"


# --- indexes ----------------------------------------------------------------------------------------------------------

LEGACY: Final = b" CDX N b a m s k r M S V g\n"


def _said(rng: random.Random, number: int) -> dict[str, object]:
    said: dict[str, object] = {
        "url": f"https://host{number}.example/a?b={number}", "mime": "text/html", "mime-detected": "text/html", "status": "200",
        "digest": "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "length": str(700 + number), "offset": str(1000 * number),
        "filename": f"crawl-data/x/warc/{number % 2:05}.warc.gz", "languages": "jpn", "charset": "UTF-8",
    }  # fmt: skip
    for _ in range(rng.choice((0, 0, 0, 1, 2))):
        name = rng.choice(sorted(said))
        said[name] = value(rng) if maybe(rng, 0.7) else rng.choice(NUMBERS)
        if maybe(rng, 0.2):
            del said[name]
    return said


def index_line(rng: random.Random, number: int) -> bytes:
    time = rng.choice(
        (
            "20240506070809",
            "20240506070809",
            "20240506070809123",
            "2024",
            "99999999999999",
            "00000000000000",
            "\u0663" * 14,
        )
    )
    key = f"example,host{number})/a?b={number}"
    made = f"{key} {time} {json.dumps(_said(rng, number), ensure_ascii=maybe(rng, 0.5))}\n".encode(
        "utf-8", "surrogatepass"
    )
    return damaged(made, rng, 1) if maybe(rng, 0.1) else made


def legacy_line(rng: random.Random, number: int) -> bytes:
    fields = [f"example,host{number})/", "20240506070809", f"https://host{number}.example/", "text/html", "200", "ABC", "-", "-",
              "700", str(number * 1000), "x.warc.gz"]  # fmt: skip
    if maybe(rng, 0.3):
        fields[rng.randrange(len(fields))] = rng.choice(("-", "", "x", "-1", "9" * 30, "http://[", "\u6e2f", "1_0"))
    return " ".join(fields).encode() + b"\n"


def index(rng: random.Random) -> bytes:
    count = rng.randint(0, 6)
    if maybe(rng, 0.3):
        lines = [damaged(LEGACY, rng, 1) if maybe(rng, 0.2) else LEGACY, *(legacy_line(rng, n) for n in range(count))]
    else:
        lines = [index_line(rng, number) for number in range(count)]
    lines = shuffled(lines, rng, 1)
    made = b"".join([gzip.compress(line, mtime=0) for line in lines] if maybe(rng, 0.4) else lines)
    return damaged(made, rng) if maybe(rng, 0.15) else made


def _judge_index(data: bytes, path: Path) -> Judged:
    path.write_bytes(data)
    read, wrong = twice(lambda: _index(path))
    if isinstance(read, str):
        return Judged(wrong or _clear(read), refused=True)
    plain = gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data
    said = [
        line
        for line in plain.split(b"\n")
        if line.strip() and not line.startswith(b"!") and not line.lstrip().startswith(b"CDX ")
    ]
    return Judged(wrong or (f"{len(said)} lines are {len(read)} rows" if len(said) != len(read) else ""))


def _index(path: Path) -> list[dict[str, object]] | str:
    try:
        return [row for batch in cdx_batches(path, "index.cdxj") for row in batch.to_pylist()]
    except ShardError as error:
        return str(error)


# --- robots.txt -------------------------------------------------------------------------------------------------------

AGENTS: Final = (
    "*",
    "GPTBot",
    "CCBot",
    "Google-Extended",
    "Applebot-Extended",
    "GPTBot/1.0",
    "Mozilla (compatible; CCBot)",
    "",
    "\0",
    "a" * 500,
)
FIELDS: Final = ("User-agent", "Disallow", "Allow", "Sitemap", "Crawl-delay", "Content-Usage", "Content-Signal", "License", "DisallowAITraining",
                 "Dissallow", "user agent", "Host", "", "\ufeffUser-agent", "Noindex")  # fmt: skip
RULES: Final = ("/", "", "/a*b$", "*" * 300, "/%e3%81%82", "/\u3042", "$", "/a?b=c", "train-ai=n", "ai-train=no, search=yes", "a" * 3_000,
                "/ train-ai=y", "https://rsl.example/licence", "/%", "/%zz", "\u202e", "(a+)+$", "/*/*/*/*/*/*/*/*/a")  # fmt: skip


def robots(rng: random.Random) -> bytes:
    lines = []
    for _ in range(rng.randint(0, 12)):
        name = rng.choice(FIELDS)
        said = rng.choice(AGENTS if "agent" in name and maybe(rng, 0.9) else RULES)
        lines.append(
            name
            + rng.choice((": ", ":", " : ", " ", ""))
            + said
            + rng.choice(("", "", " # no AI training, please", "#"))
        )
    text = "".join(line + rng.choice(("\n", "\n", "\r\n", "\r")) for line in shuffled(lines, rng))
    made = text.encode(rng.choice(("utf-8", "utf-8", "utf-8", "utf-16", "utf-16-be")), "surrogatepass")
    made = rng.choice((b"\xef\xbb\xbf", b"<!doctype html>", b"\0")) + made if maybe(rng, 0.1) else made
    return damaged(made, rng) if maybe(rng, 0.3) else made


def _judge_robots(data: bytes, _: Path) -> Judged:
    captures, wrong = twice(lambda: _robots(data))
    for one in captures:
        json.dumps(one.columns()).encode()
    rows = [{"source": "x", "warc_offset": 0, "inner_offset": None} | one.columns() for one in captures]
    assert all(set(row) >= set(COLUMNS) for row in rows)
    for path in ("/", "/a/b?c=d", "/%e3%81%82", "/robots.txt", "//[x"):
        Captures(rows).asof(f"https://h.example{path}", "2024-06-01")  # type: ignore[arg-type]
        Captures(rows).strictest(f"https://h.example{path}")  # type: ignore[arg-type]
    return Judged(wrong, all(one.outcome != "rules" for one in captures))


def _robots(data: bytes) -> list[RobotsCapture]:
    made = [read_robots(data, "https://h.example/robots.txt", "2024-05-06T07:08:09Z", cut=cut) for cut in (False, True)]
    made += [read_well_known("tdmrep", data, "https://h.example/.well-known/tdmrep.json", "2024-05-06T07:08:09Z")]
    return [one for one in made if one is not None]


KINDS: Final = {
    "toml": Kind(recipe, _judge_recipe),
    "cdx": Kind(index, _judge_index),
    "robots": Kind(robots, _judge_robots),
}
