"""Questions about planted works are answered rightly, whichever way they are asked, and signed answers hold."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

import yurai
from inquiry_corpus import COPIES, FAILED, IN, NEAR, SHORT, many, near, planted, rows, text, words
from yurai.api.tree import Tree
from yurai.report.explain import explain, explain_token
from yurai.report.inquiry.answer import Case
from yurai.report.inquiry.ask import about_url
from yurai.report.inquiry.typed import names
from yurai.report.inquiry.variants import variants
from yurai.report.inquiry.work import Place
from yurai_manifests.errors import RecipeError
from yurai_manifests.lookup.lookup import Lookup
from yurai_manifests.run import load_run
from yurai_manifests.store import LocalStore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from run_helpers import Said


TAKEN = (0, *range(15, 20))


class Asked(NamedTuple):
    """A question, the verdict that is right, and what the first candidate ended as (None: there is none)."""

    given: dict[str, str]
    verdict: str
    outcome: str | None


def questions() -> Iterator[Asked]:
    """Every planted work, asked after in every way."""
    yield from _by_place()
    yield from _by_words()


def _by_place() -> Iterator[Asked]:
    planted_ends = (
        ("in", IN, "in", "kept"),
        ("short", SHORT, "dropped", "dropped"),
        ("copy", COPIES, "in", "dropped"),
        ("near", NEAR, "in", "dropped"),
        ("failed", FAILED, "failed", "failed"),
        ("never", range(15), "never-seen", None),
    )
    for name, numbers, verdict, outcome in planted_ends:
        for n in numbers:
            yield Asked({"url": f"HTTPS://{name}{n}.EXAMPLE:443/./page#top"}, verdict, outcome)
            yield Asked({"domain": f"{name}{n}.example"}, verdict, outcome)


def _by_words() -> Iterator[Asked]:
    for n in IN:
        yield Asked({"text": text(f"in{n}").replace("\n", " \n\n")}, "in", "kept")
        yield Asked({"contains": " ".join(words(f"in{n}", 150)[8:13])}, "in", "kept")
        yield Asked({"text": text(f"in{n}", 50)}, "in-part", "kept")
    for n in range(10):
        yield Asked({"text": text(f"short{n}", 30)}, "dropped", "dropped")
        yield Asked({"contains": words(f"short{n}", 30)[7]}, "dropped", "dropped")
        yield Asked({"text": text(f"never{n}")}, "never-seen", None)
        yield Asked({"contains": words(f"never{n}", 9)[8]}, "never-seen", None)
    for n in NEAR:
        yield Asked({"text": near(f"in{n}")}, "in", "dropped")
        yield Asked({"contains": f"changed-in{n}"}, "dropped", "dropped")


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    return yurai.open(planted(tmp_path_factory.mktemp("planted")))


def test_no_planted_question_is_answered_wrongly(tree: Tree) -> None:
    wrong, asked = [], Counter[str]()
    for one in questions():
        answer = tree.inquire(**one.given)
        listed = answer.domain.listed if answer.domain else answer.works
        outcome = listed[0].outcome if listed else None
        asked.update([*one.given, answer.verdict])
        if (answer.verdict, outcome) != (one.verdict, one.outcome):
            wrong.append((one, answer.verdict, outcome))
    assert wrong == []
    assert sum(asked[way] for way in ("url", "domain", "text", "contains")) >= 200
    assert {"in", "in-part", "dropped", "failed", "never-seen"} <= set(asked)


def test_an_answer_says_where_and_by_which_tokens(tree: Tree) -> None:
    for row in tree.documents.to_table().to_pylist():
        (work,) = tree.inquire(row["doc_id"]).works
        assert {name: row[name] for name in names(Place)} == asdict(work.place)
        (life,) = tree.explain(row["doc_id"])
        assert work.tokens is not None
        assert (asdict(work.tokens), work.place.warc_offset) == (life["tokens"], life["warc_offset"])


def test_copies_name_each_other(tree: Tree) -> None:
    for n in COPIES:
        (work,) = tree.inquire(f"https://copy{n}.example/page").works
        (kept,) = tree.inquire(f"https://in{n}.example/page").works
        assert work.kept_copy is not None
        assert (work.kept_copy.doc_id, work.tokens) == (kept.doc_id, kept.tokens)
        assert work.doc_id in {copy.doc_id for copy in kept.copies}


def test_similar_urls_are_not_the_same(tree: Tree) -> None:
    for url in ("http://in3.example/page", "https://www.in3.example/page", "http://www.in3.example/page/"):
        answer = tree.inquire(url)
        assert answer.verdict == "never-seen"
        assert [work.place.url for work in answer.similar] == ["https://in3.example/page"]
    assert len(variants("https://e.example/a")) == 7
    assert variants("urn:isbn:1") == {}


def test_a_domain_lists_all_that_it_counts(tree: Tree) -> None:
    listed: list[Any] = []
    answer = tree.inquire(domain="example", first=3, each=listed.append)
    assert answer.domain is not None
    counts = answer.domain.kept, answer.domain.dropped, answer.domain.failed
    assert sum(counts) == len(listed) == len(rows())
    assert list(answer.domain.listed) == listed[:3]
    assert answer.domain.tokens == tree.manifest.totals.tokens


def test_forms_of_words(tree: Tree) -> None:
    inside = words("in0", 150)
    over_lines, wide = f"{inside[9]} {inside[10]}", "".join(chr(ord(letter) + 0xFEE0) for letter in inside[3])
    found = {form: tree.inquire(contains=over_lines, compare=form).verdict for form in ("exact", "spaces", "nfkc")}
    assert found == {"exact": "never-seen", "spaces": "in", "nfkc": "in"}
    assert tree.inquire(contains=wide, compare="nfkc").verdict == "in"
    assert tree.inquire(contains=wide).verdict == "never-seen"


@pytest.mark.parametrize(
    "given", [{}, {"url": "a", "text": "b"}, {"text": " \n"}, {"contains": ""}, {"domain": "a b/c"}]
)
def test_questions_that_mean_nothing(tree: Tree, given: dict[str, str]) -> None:
    with pytest.raises(RecipeError):
        tree.inquire(**given)


WAYS = {
    "in": ["--url", "https://in1.example/page"],
    "copy": ["--url", "https://copy1.example/page"],
    "dropped": ["--url", "https://short1.example/page"],
    "never": ["--url", "https://never.example/"],
    "domain": ["--domain", "in1.example"],
    "quote": ["--contains", "changed-in13"],
}


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from yurai_manifests.signing.keys import new_key

    path = tmp_path_factory.mktemp("key") / "me.key"
    new_key(path)
    return path


@pytest.mark.parametrize("way", WAYS)
def test_a_signed_answer_holds_without_the_tree(
    way: str, tree: Tree, key: Path, tmp_path: Path, yurai: Callable[..., Said]
) -> None:
    answer = tmp_path / "answer.json"
    said = yurai("inquire", tree.url, *WAYS[way], "--key", key, "--output", answer)
    assert said.code == 0, said.err
    held = yurai("verify", answer, "--key", f"{key}.pub")
    assert held.code == 0, held.err
    assert said.out.splitlines()[0] == held.out.splitlines()[0]
    assert yurai("verify", answer, "--root", "0" * 64).code == 1


def test_a_signed_answer_about_a_text_names_its_text(
    tree: Tree, key: Path, tmp_path: Path, yurai: Callable[..., Said]
) -> None:
    work, answer = tmp_path / "work.txt", tmp_path / "answer.json"
    for content, verdict in ((text("in2"), "IN"), (text("short2", 30), "DROPPED"), (text("never2"), "NEVER SEEN")):
        work.write_text(content, "utf-8")
        yurai("inquire", tree.url, "--text-file", work, "--key", key, "--output", answer)
        held = yurai("verify", answer, "--key", f"{key}.pub", "--text-file", work)
        assert (held.code, held.out.partition(":")[0]) == (0, verdict), held.err
        assert text("in2") not in answer.read_text()
        work.write_text("something else", "utf-8")
        assert yurai("verify", answer, "--text-file", work).code == 1


def test_a_changed_answer_is_told(tree: Tree, key: Path, tmp_path: Path, yurai: Callable[..., Said]) -> None:
    answer = tmp_path / "answer.json"
    yurai("inquire", tree.url, *WAYS["in"], "--key", key, "--output", answer)
    whole = answer.read_bytes()
    for at in range(40, len(whole), len(whole) // 25):
        answer.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        assert yurai("verify", answer).code == 1


def test_who_signs_another_answer_than_the_proof_gives_is_told(tree: Tree, key: Path) -> None:
    from yurai.report.inquiry.signed import read_answer
    from yurai_manifests.canonical import canonical
    from yurai_manifests.errors import AuditError
    from yurai_manifests.signing.envelope import parse_envelope, sealed
    from yurai_manifests.signing.keys import load_secret

    signed = tree.sign_answer(tree.inquire("https://in1.example/page"), key)
    statement = json.loads(parse_envelope(json.loads(signed))[1])
    statement["predicate"]["answer"] |= {"verdict": "never-seen", "works": [], "works_count": 0}
    with pytest.raises(AuditError, match="its proof says that there is one"):
        read_answer(canonical(sealed(canonical(statement), load_secret(key))))


def test_the_command_writes_all_of_a_domain(tree: Tree, tmp_path: Path, yurai: Callable[..., Said]) -> None:
    said = yurai("inquire", tree.url, "--domain", "example", "--all", tmp_path / "all", "--format", "json")
    counts = json.loads(said.out)["domain"]
    lines = [json.loads(line)["outcome"] for line in (tmp_path / "all").read_text("utf-8").splitlines()]
    assert Counter(lines) == {name: counts[name] for name in ("kept", "dropped", "failed")}


@pytest.fixture(scope="module")
def taken(tree: Tree) -> tuple[Tree, bytes]:
    """The planted tree without works 0 and 15 to 19 and their copies, and the key of the case."""
    from yurai.engine.local import LocalRunner
    from yurai.run.takedown.decide import Order
    from yurai.run.takedown.driver import take_down
    from yurai.run.takedown.selectors import selector

    out, key = f"{tree.url}-taken", bytes(range(32))
    shutil.copytree(tree.url, out)
    selectors = tuple(selector("url", f"https://in{n}.example/page") for n in TAKEN)
    take_down(out, Order("2026-7", "copyright", selectors, key, decided="2026-11-28"), LocalRunner(1))
    return yurai.open(out), key


def test_what_was_taken_down_is_told_to_who_has_the_key(taken: tuple[Tree, bytes], tree: Tree) -> None:
    out, key = taken
    for n in IN:
        url, (work,) = f"https://in{n}.example/page", tree.inquire(f"https://in{n}.example/page").works
        asked = [{"url": url}, {"text": text(f"in{n}")}, {"url": work.doc_id}]
        found = [out.inquire(**one, case_keys={"2026-7": key}) for one in asked]
        assert {one.verdict for one in found} == {"taken-down" if n in TAKEN else "in"}
        cases = (Case("2026-7", "2026-11-28"),) if n in TAKEN else ()
        assert [one.cases for one in found] == [cases] * 3
        if n in TAKEN:
            blind = out.inquire(url)
            assert (blind.verdict, blind.cases) == ("never-seen", ())
            assert "could not be asked" in blind.notes[0]


def test_a_signed_answer_after_a_takedown(
    taken: tuple[Tree, bytes], key: Path, tmp_path: Path, yurai: Callable[..., Said]
) -> None:
    (out, case), answer = taken, tmp_path / "answer.json"
    (tmp_path / "case.key").write_text(case.hex(), "ascii")
    asked = ["inquire", out.url, "--url", "https://in0.example/page", "--key", key, "--output", answer]
    assert yurai(*asked, "--case-key", f"2026-7={tmp_path / 'case.key'}").out.startswith("TAKEN DOWN")
    held = yurai("verify", answer, "--key", f"{key}.pub")
    assert (held.code, "2026-7, 2026-11-28" in held.out) == (0, True), held.err
    assert yurai(*asked, "--case-key", "2026-7").code == 2


class Counting(LocalStore):
    """A local tree that counts the bytes which are read of it."""

    read_bytes = 0

    def read(self, key: str) -> bytes:
        data = super().read(key)
        self.read_bytes += len(data)
        return data

    def read_range(self, key: str, start: int, end: int) -> bytes:
        data = super().read_range(key, start, end)
        self.read_bytes += len(data)
        return data


def test_twenty_times_the_corpus_is_not_read_twenty_times(tmp_path: Path) -> None:
    cost: dict[int, dict[str, int]] = {}
    size: dict[int, int] = {}
    for count in (200, 4000):
        out = many(tmp_path / str(count), count)
        run = load_run(LocalStore(out))
        size[count] = sum(file.bytes for folder in run.value["files"] for file in run.files(folder))
        asks: dict[str, Callable[[Counting], object]] = {
            "url": lambda store: explain(store, "https://h7.example/"),
            "token": lambda store: explain_token(store, "00000:9000"),
            "inquiry": lambda store: about_url(Lookup(store, load_run(store)), "https://h7.example/", 9),
            "never": lambda store: about_url(Lookup(store, load_run(store)), "https://never.example/", 9),
        }
        for name, ask in asks.items():
            store = Counting(out)
            ask(store)
            cost.setdefault(count, {})[name] = store.read_bytes - len(store.read("run.json"))
    assert size[4000] > 10 * size[200]
    for name, before in cost[200].items():
        assert cost[4000][name] < 2 * before, (name, cost)
