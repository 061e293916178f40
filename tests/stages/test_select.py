"""Stage select: verdicts reach rows, copies reach what stays, and a recipe's requirements drop what they say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from rights_corpora import CC_BY, EXACT, NC, NOAI, P, archive, by_url, corpus, page, recipe, robots_txt, rows
from run_helpers import assert_whole, run
from yurai.declare.stage import STAGES
from yurai.engine.local import LocalRunner
from yurai.run.earlier import state_of
from yurai.run.recipe import DELIVER, Recipe
from yurai.run.run import continue_tree
from yurai_manifests.errors import RecipeError
from yurai_manifests.run import load_run
from yurai_manifests.store import open_store

if TYPE_CHECKING:
    from collections.abc import Callable

    from run_helpers import Said

DENY = "User-agent: GPTBot\nDisallow: /\n"
LATER = "2025-01-01T00:00:00Z"


def select(**given: Any) -> dict[str, Any]:
    return {"use": "select", **given}


def digest(out: Path) -> str:
    return load_run(open_store(str(out))).digest


def made(tmp_path: Path, pages: list[P], *stages: dict[str, Any], extra: list[bytes] = []) -> Path:  # noqa: B006
    out = tmp_path / "out"
    ended = run(out, [corpus(tmp_path / "in/x.warc.gz", pages, extra)], recipe=recipe(*stages))
    assert_whole(out, ended.digest)
    return out


@pytest.mark.parametrize(
    ("one", "train", "display", "status"),
    [
        (P("a", "https://a.example/", foot=CC_BY), "allow", "allow", "granted"),
        (P("a", "https://a.example/", foot=NC), "unknown", "unknown", "granted"),
        (P("a", "https://a.example/"), "unknown", "unknown", "none"),
        (P("a", "https://a.example/", head=NOAI), "deny", "unknown", "none"),
        (P("a", "https://a.example/", head=NOAI, foot=CC_BY), "deny", "allow", "granted"),
        (P("a", "https://a.example/", foot=CC_BY + NC), "unknown", "unknown", "conflict"),
        (P("a", "https://a.example/", headers=("TDM-Reservation: 1",)), "deny", "unknown", "none"),
        (P("a", "https://a.example/", headers=("X-Robots-Tag: noai",)), "deny", "unknown", "none"),
        (P("a", "https://a.example/", headers=("Content-Usage: train-ai=n",)), "deny", "unknown", "none"),
        (P("a", "https://a.example/", head='<meta name="robots" content="noindex">'), "unknown", "deny", "none"),
    ],
)
def test_verdicts_of_a_page(tmp_path: Path, one: P, train: str, display: str, status: str) -> None:
    (row,) = rows(made(tmp_path, [one], select()))
    assert (row["train_verdict"], row["search_verdict"], row["concluded_status"]) == (train, display, status)
    assert row["policy_id"].startswith("evidence-only@2+")
    assert bool(row["verdict_reasons"]) == (train != "unknown" or display != "unknown" or status != "none")
    assert row["licence_confidence"] is None or 0 <= row["licence_confidence"] <= 1
    assert row["token_count"] is None


PAGES = [
    P("free", "https://a.example/free", foot=CC_BY),
    P("plain", "https://a.example/plain"),
    P("shut", "https://a.example/shut", head=NOAI),
]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({}, {"free", "plain", "shut"}),
        ({"require": ["train"]}, {"free", "plain"}),
        ({"require": ["train"], "unknown": "drop"}, {"free"}),
        ({"require": ["display"], "unknown": "drop"}, {"free"}),
        ({"require": ["train", "redistribute"], "unknown": "drop"}, {"free"}),
        ({"policy": "open-licence-only", "require": ["train"]}, {"free"}),
    ],
)
def test_what_is_required_is_kept(tmp_path: Path, given: dict[str, Any], kept: set[str]) -> None:
    out = made(tmp_path, PAGES, select(**given))
    assert {row["url"].rpartition("/")[2] for row in rows(out)} == kept
    for row in rows(out, "dropped"):
        use, _, verdict = row["reason"].removeprefix("rights:").partition("-")
        assert use in given["require"]
        assert verdict in ("deny", "unknown")
        assert row["detail"].startswith((f"{verdict} ", "nothing was said"))
    if given.get("require") == ["train"] and "policy" not in given:
        details = by_url(out, "detail", "dropped")
        assert details["https://a.example/shut"] == "deny train: meta-robots:noai at #0 by ai-directive"


def test_a_reservation_on_a_dropped_copy_reaches_the_one_that_stays(tmp_path: Path) -> None:
    pages = [P("a", "https://a.example/", foot=CC_BY), P("a", "https://b.example/", head=NOAI, date=LATER)]
    out = made(tmp_path, pages, EXACT, select())
    (row,) = rows(out)
    assert row["train_verdict"] == "deny"
    (copy,) = rows(out, "dropped")
    assert row["verdict_reasons"][-1] == f"deny train: meta-robots:noai at #0 by ai-directive of {copy['doc_id']}"
    assert (row["concluded_spdx"], row["search_verdict"]) == ("CC-BY-4.0", "allow")


def test_explain_tells_the_signal(yurai: Callable[..., Said], tmp_path: Path) -> None:
    out = made(tmp_path, [P("a", "https://a.example/", head=NOAI)], select(require=["train"]))
    said = yurai("explain", out, "https://a.example/")
    assert "why       select: rights:train-deny, deny train: meta-robots:noai at #0 by ai-directive" in said.out
    assert "kept instead" not in said.out


def test_a_policy_may_leave_copies_alone(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(
        'name = "alone"\nversion = 3\nabout = "a"\nnamed_for = "b"\nextends = "evidence-only"\ncopies = false\n',
        "utf-8",
    )
    pages = [P("a", "https://a.example/", foot=CC_BY), P("a", "https://b.example/", head=NOAI, date=LATER)]
    (row,) = rows(made(tmp_path, pages, EXACT, select(policy=str(own))))
    assert row["train_verdict"] == "allow"
    assert row["policy_id"].startswith("alone@3+")


def test_a_conflict_on_a_dropped_copy_is_one_of_the_text(tmp_path: Path) -> None:
    link = '<link rel="license" href="https://creativecommons.org/licenses/{}/4.0/">'
    by, nc = link.format("by"), link.format("by-nc")
    pages = [P("a", "https://a.example/", head=by), P("a", "https://b.example/", head=by + nc, date=LATER)]
    out = made(tmp_path, pages, EXACT, select())
    kept = [row for row in rows(out) if row["url"] == "https://a.example/"]
    assert [(row["concluded_status"], row["train_verdict"]) for row in kept] == [("conflict", "unknown")]


@pytest.mark.parametrize("middle", [1, 2, 3])
def test_what_restricts_goes_through_chains_of_copies(tmp_path: Path, middle: int) -> None:
    """Each stage drops one copy for the next one: the last one kept hears of the first."""
    pages = [
        P("a", f"https://{number}.example/", date=f"20{20 + number}-01-01T00:00:00Z") for number in range(middle + 1)
    ]
    pages[-1] = pages[-1]._replace(head=NOAI)
    chain = [P(f"text {number}", one.url, one.head, date=one.date) for number, one in enumerate(pages)]
    # a URL stage and an exact stage in turn: page k shares its URL with k - 1, or its text
    linked = []
    for number, one in enumerate(chain):
        url = f"https://u{(number + 1) // 2}.example/"
        linked.append(one._replace(url=url, text=f"t{number // 2}"))
    stages = [{"use": "dedup", "method": "exact"}, {"use": "dedup", "method": "url"}, select()]
    out = made(tmp_path, linked, *stages)
    kept = rows(out)
    assert any(row["train_verdict"] == "deny" for row in kept), [row["url"] for row in kept]
    assert len(kept) + len(rows(out, "dropped")) == len(linked)
    denied = {row["doc_id"] for row in kept if row["train_verdict"] == "deny"}
    assert len(denied) == 1
    first = {row["url"]: row for row in kept}[linked[0].url] if middle < 4 else kept[0]
    assert first["train_verdict"] == ("deny" if len(kept) == 1 else first["train_verdict"])


def test_annotated_copies_tell_each_other_too(tmp_path: Path) -> None:
    pages = [P("a", "https://a.example/"), P("a", "https://b.example/", head=NOAI, date=LATER)]
    near = {"use": "near-dedup", "preset": "fineweb", "annotate": True}
    ended = run(tmp_path / "out", [corpus(tmp_path / "in/x.warc.gz", pages)], recipe=recipe(near, select()))
    assert by_url(tmp_path / "out", "train_verdict") == {"https://a.example/": "deny", "https://b.example/": "deny"}
    assert_whole(tmp_path / "out", ended.digest)


@pytest.mark.parametrize("policy", ["robots-strictest", "robots-asof"])
@pytest.mark.parametrize("place", ["same file", "another file"])
def test_a_denial_reaches_every_page_of_the_host(tmp_path: Path, policy: str, place: str) -> None:
    pages = [P(f"text {n}", f"https://shut.example/{n}") for n in range(7)]
    pages += [
        P("open", "https://open.example/"),
        P("as http", "http://shut.example/p"),
        P("ww", "https://www.shut.example/"),
    ]
    later = robots_txt(90, "shut.example", DENY, LATER)
    first = [robots_txt(91, "shut.example", "User-agent: *\nAllow: /\n", "2024-05-06T06:00:00Z")]
    source = corpus(tmp_path / "in/a.warc.gz", pages, [*first, *([later] if place == "same file" else [])])
    if place == "another file":
        archive(tmp_path / "in/b.warc.gz", [later, page(95, P("other", "https://else.example/"))])
    out = tmp_path / "out"
    run(out, [source.parent], recipe=recipe(select(policy=policy)))
    strict = policy == "robots-strictest"
    found = by_url(out, "train_verdict")
    for n in range(7):
        assert found[f"https://shut.example/{n}"] == ("deny" if strict else "unknown")
    assert found["http://shut.example/p"] == ("deny" if strict else "unknown"), "as of: other scheme, other robots.txt"
    assert (found["https://open.example/"], found["https://www.shut.example/"]) == ("unknown", "unknown")
    refs = by_url(out, "robots_ref")
    assert refs["https://shut.example/3"] is not None
    assert refs["https://open.example/"] is None


@pytest.mark.parametrize(
    "rules",
    [
        DENY,
        "User-agent: *\nContent-Signal: ai-train=no\nAllow: /\n",
        "Content-Usage: train-ai=n\nUser-agent: *\nContent-Usage: train-ai=n\nAllow: /\n",
    ],
)
def test_every_kind_of_denial_counts(tmp_path: Path, rules: str) -> None:
    pages = [P("a", "https://a.example/x/y?z=1")]
    out = made(
        tmp_path, pages, select(policy="robots-strictest", require=["train"]), extra=[robots_txt(9, "a.example", rules)]
    )
    assert rows(out) == []
    assert by_url(out, "reason", "dropped")["https://a.example/x/y?z=1"] == "rights:train-deny"


def test_a_denial_of_the_host_of_a_dropped_copy_counts(tmp_path: Path) -> None:
    pages = [P("a", "https://a.example/", foot=CC_BY), P("a", "https://shut.example/", date=LATER)]
    out = made(tmp_path, pages, EXACT, select(policy="robots-strictest"), extra=[robots_txt(9, "shut.example", DENY)])
    assert by_url(out, "train_verdict") == {"https://a.example/": "deny"}


def test_shards_and_workers_change_nothing(tmp_path: Path) -> None:
    pages = [
        P(f"t{n % 9}", f"https://h{n % 20}.example/{n}", head=NOAI if n == 5 else "", foot=CC_BY if n % 3 else NC)
        for n in range(40)
    ]
    for number in range(4):
        records = [page(10 * number + n, one) for n, one in enumerate(pages[number::4])]
        archive(
            tmp_path / f"in/{number}.warc.gz",
            [*records, robots_txt(99, f"h{number}.example", DENY if number == 2 else "")],
        )
    stages = recipe(
        EXACT,
        select(policy="robots-strictest", require=["train"], rights_sensitive_max=0.3, weights=["licence:CC-*=0.9"]),
    )
    one, many = tmp_path / "one", tmp_path / "many"
    run(one, [tmp_path / "in"], recipe=stages)
    run(many, [tmp_path / "in"], recipe=stages, runner=LocalRunner(2))
    assert digest(one) == digest(many)
    assert 0 < len(rows(one)) < 40
    again = run(one, [tmp_path / "in"], recipe=stages)
    assert again.digest == digest(many)


def test_the_command_after_a_tree_makes_what_the_run_makes(tmp_path: Path) -> None:
    pages = [P("a", "https://a.example/", foot=CC_BY), P("a", "https://b.example/", head=NOAI, date=LATER), *PAGES]
    source = corpus(tmp_path / "in/x.warc.gz", pages, [robots_txt(9, "a.example", DENY)])
    given = {"policy": "robots-strictest", "require": ["train"]}
    run(tmp_path / "fused", [source], recipe=recipe(EXACT, select(**given)))
    run(tmp_path / "first", [source], recipe=recipe(EXACT))
    uses = (STAGES["select"].use(given),)
    state = state_of([str(tmp_path / "first")])
    continue_tree(uses, state, Recipe("select", "", uses, dict(DELIVER)), str(tmp_path / "then"), LocalRunner(1))
    assert digest(tmp_path / "then") == digest(tmp_path / "fused")


def test_rows_that_bring_their_text_are_not_asserted_but_by_their_table(tmp_path: Path) -> None:
    source = tmp_path / "in/x.jsonl"
    source.parent.mkdir()
    source.write_text("".join(json.dumps({"text": f"some words {n} " * 20}) + "\n" for n in range(2)), "utf-8")
    from row_helpers import STAGES as OF_ROWS
    from row_helpers import recipe as of_rows

    for number, (table, expected) in enumerate(
        [({}, ("NOASSERTION", "noassertion", "unknown")), ({"licence": "CC-BY-4.0"}, ("CC-BY-4.0", "granted", "allow"))]
    ):
        out = tmp_path / f"out{number}"
        tables = [table] if table else []
        run(out, [source], recipe=of_rows(*tables, stages=[*OF_ROWS, select()]))
        for row in rows(out):
            assert (row["concluded_spdx"], row["concluded_status"], row["train_verdict"]) == expected


def test_without_evidence_nothing_is_taken_for_silence(tmp_path: Path) -> None:
    source = corpus(tmp_path / "in/x.warc.gz", [P("a", "https://a.example/", foot=CC_BY)])
    before = [{"use": "read"}, {"use": "extract", "evidence": False}, {"use": "language"}, {"use": "measure"}]
    run(tmp_path / "out", [source], recipe=recipe(select(policy="eu-dsm4-signals"), before=before))
    (row,) = rows(tmp_path / "out")
    assert (row["concluded_status"], row["train_verdict"]) == ("noassertion", "unknown")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"policy": "evidence"}, "no policy 'evidence'"),
        ({"policy": "missing.toml"}, "no policy 'missing.toml'"),
        ({"require": ["training"]}, "train, display, redistribute"),
        ({"require": "train"}, "list of strings"),
        ({"unknown": "maybe"}, "'keep', 'drop'"),
        ({"weights": ["source:x=2"]}, "from 0 to 1"),
        ({"weights": ["host:x=0.5"]}, "source:notes/*=0.5"),
        ({"weights": ["source:x"]}, "source:notes/*=0.5"),
        ({"rights_sensitive_max": 1.5}, "from 0 to 1"),
        ({"rights_sensitive_max": -0.1}, "from 0 to 1"),
        ({"tokenizer": "bytes"}, "rights_sensitive_max"),
        ({"rulings": "missing.toml"}, "cannot be read"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_runs(
    tmp_path: Path, given: dict[str, Any], words: str
) -> None:
    source = corpus(tmp_path / "in/x.warc.gz", PAGES)
    with pytest.raises(RecipeError) as refused:
        run(tmp_path / "out", [source], recipe=recipe(select(**given)))
    assert words in str(refused.value)
    assert not (tmp_path / "out/run.json").exists()
