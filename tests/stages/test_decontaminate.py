"""Decontamination: items of evaluations are found however a page writes them, told by name, and nothing else is."""

# ruff: noqa: RUF001 - Japanese marks are what this is about

from __future__ import annotations

import gzip
import hashlib
import itertools
import json
import unicodedata
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from cost import grows_linearly
from run_helpers import Watching
from yurai.declare.stage import STAGES
from yurai.engine.local import LocalRunner
from yurai.report.explain import explain
from yurai.run.earlier import state_of
from yurai.run.recipe import DELIVER, Recipe, make_recipe
from yurai.run.run import continue_tree
from yurai.stages.decontaminate.evaluations import Item, digest_of, items
from yurai.stages.decontaminate.find import Match, find
from yurai.stages.decontaminate.index import MOST_ITEMS, Evaluations, load
from yurai.stages.decontaminate.normal_form import units
from yurai.stages.decontaminate.settings import Decontaminate
from yurai_manifests.audit import audit
from yurai_manifests.errors import RecipeError
from yurai_manifests.run import load_run
from yurai_manifests.schema import DOCUMENT
from yurai_manifests.store import open_store

PAIRS = [
    {
        "sentence_pair_id": "40",
        "yjcaptions_id": "7001-7002-7003",
        "sentence1": "赤い傘をさした子どもが、雨上がりの石畳の坂道をゆっくりと下っています。",
        "sentence2": "坂の途中で、ｶﾒﾗをぶら下げた旅行者が２人、地図を広げて立っている。",
        "label": "neutral",
    },
    {
        "sentence_pair_id": "41",
        "yjcaptions_id": "7004-7005-7006",
        "sentence1": "港に停まる白い船の甲板で猫が眠る。",
        "sentence2": "短い文。",
        "label": "entailment",
    },
]
SQUAD = {
    "version": "1.0",
    "data": [
        {
            "title": "架空の町",
            "paragraphs": [
                {
                    "context": "霧ヶ浜町は県の北端にある架空の町で、かつては塩の積み出しによって大いに栄えたと伝えられている。",
                    "qas": [
                        {
                            "id": "q77",
                            "question": "霧ヶ浜町がかつて栄えたのは何を積み出したことによるか、漢字一文字で答えよ。",
                            "answers": [{"text": "塩", "answer_start": 21}],
                        }
                    ],
                }
            ],
        }
    ],
}
ENGLISH = [
    {
        "id": "e-1",
        "question": "Which of the following best explains why the lighthouse keeper's lamp didn't burn through the well-known storm of 1871?",
        "choices": ["It was cold", "The oil froze"],
    },
    {"id": "e-2", "question": "A train leaves the harbour town at nine in the morning.", "choices": []},
]
WIDE = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)})


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("evaluations")
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in PAIRS)
    made = {name: folder / name for name in ("pairs.json", "squad.json", "english.jsonl.gz")}
    made["pairs.json"].write_text(lines, "utf-8")
    made["squad.json"].write_text(json.dumps(SQUAD), "utf-8")
    made["english.jsonl.gz"].write_bytes(gzip.compress("".join(json.dumps(row) + "\n" for row in ENGLISH).encode()))
    return made


def settings_of(files: dict[str, Path], **given: Any) -> Decontaminate:
    named = zip(("pairs", "squad", "english"), files.values(), strict=True)
    return Decontaminate(evaluations=tuple(f"{name}={path}" for name, path in named), **given)


def loaded(settings: Decontaminate) -> Evaluations:
    return load(settings, tuple(digest_of(one) for one in settings.named))


@pytest.fixture(scope="module")
def known(files: dict[str, Path]) -> Evaluations:
    return loaded(settings_of(files))


def places(text: str, known: Evaluations, least: int = 1) -> set[tuple[str, str]]:
    return {(one.evaluation, one.item) for one in find(text, known, least)}


FIRST, SECOND = PAIRS[0]["sentence1"], PAIRS[0]["sentence2"]
QUESTION = str(ENGLISH[0]["question"])
CONTEXT = str(SQUAD["data"][0]["paragraphs"][0]["context"])  # type: ignore[index]
ASKED = str(SQUAD["data"][0]["paragraphs"][0]["qas"][0]["question"])  # type: ignore[index]
AROUND = "きょうは良い天気なので、公園まで歩いて行きました。{}その後で友人と昼ごはんを食べました。"
ENGLISH_AROUND = "We walked to the park and met some friends. {} Later on we all had lunch by the river."
FOUND = {
    "as it is": (FIRST, ("pairs", "40")),
    "inside a page": (AROUND.format(FIRST), ("pairs", "40")),
    "a line break after each letter": ("\n".join(FIRST), ("pairs", "40")),
    "spaces between words": (FIRST.replace("の", " の "), ("pairs", "40")),
    "wide spaces": (FIRST.replace("を", "　を　"), ("pairs", "40")),
    "other punctuation": (FIRST.replace("、", "，").replace("。", "．"), ("pairs", "40")),
    "no punctuation": (FIRST.replace("、", "").replace("。", ""), ("pairs", "40")),
    "quoted": (AROUND.format(f"「{FIRST}」"), ("pairs", "40")),
    "decomposed": (unicodedata.normalize("NFD", FIRST), ("pairs", "40")),
    "no width marks": ("\u200b".join(FIRST), ("pairs", "40")),
    "the first two thirds": (FIRST[: len(FIRST) * 5 // 6], ("pairs", "40")),
    "the end of it": (FIRST[6:], ("pairs", "40")),
    "half width made wide": (SECOND.replace("ｶﾒﾗ", "カメラ"), ("pairs", "40")),
    "digits made narrow": (SECOND.replace("２", "2"), ("pairs", "40")),
    "a short item whole": (AROUND.format(PAIRS[1]["sentence1"]), ("pairs", "41")),
    "a context of SQuAD": (AROUND.format(CONTEXT), ("squad", "/data/0/paragraphs/0")),
    "a question of SQuAD": (AROUND.format(ASKED), ("squad", "q77")),
    "Japanese in an English page": (ENGLISH_AROUND.format(FIRST), ("pairs", "40")),
    "English as it is": (QUESTION, ("english", "e-1")),
    "English inside a page": (ENGLISH_AROUND.format(QUESTION), ("english", "e-1")),
    "English in capitals": (QUESTION.upper(), ("english", "e-1")),
    "English in full width": (QUESTION.translate(WIDE), ("english", "e-1")),
    "English over lines": (QUESTION.replace(" ", "\n"), ("english", "e-1")),
    "English with tabs and hard spaces": (QUESTION.replace(" ", " \t\u00a0"), ("english", "e-1")),
    "English with curly apostrophes": (QUESTION.replace("'", "\u2019"), ("english", "e-1")),
    "English without apostrophes": (QUESTION.replace("'", ""), ("english", "e-1")),
    "English without other punctuation": (QUESTION.replace("-", " ").replace("?", ""), ("english", "e-1")),
    "English in Markdown": (QUESTION.replace("lighthouse", "**lighthouse**"), ("english", "e-1")),
    "English with soft hyphens": (QUESTION.replace("lighthouse", "light\u00adhouse"), ("english", "e-1")),
    "thirteen words of it": (" ".join(QUESTION.split()[2:15]), ("english", "e-1")),
    "a short English item whole": (ENGLISH_AROUND.format(ENGLISH[1]["question"]), ("english", "e-2")),
    "English in a Japanese page, unspaced": (AROUND.format(QUESTION), ("english", "e-1")),
}
NOT_FOUND = {
    "nothing": "",
    "another page": AROUND.format(""),
    "another English page": ENGLISH_AROUND.format(""),
    "twelve words of it": " ".join(QUESTION.split()[2:14]),
    "twenty characters of it": FIRST[:20],
    "one word changed in each twelve": QUESTION.replace("explains", "tells").replace("burn", "shine"),
    "one character changed in the middle": FIRST.replace("雨", "霧"),
    "a short item but for its end": PAIRS[1]["sentence1"][:-3],
    "a string that is too short": PAIRS[1]["sentence2"] * 3,
    "ids": "7001-7002-7003 " * 9,
    "words in another order": " ".join(reversed(QUESTION.split())),
    "surrogates": "\ud800" * 40,
    "marks alone": "。、！？" * 40,
    "digits alone": "1871 " * 40,
}


@pytest.mark.parametrize("name", FOUND)
def test_an_item_is_found_however_it_is_written(name: str, known: Evaluations) -> None:
    text, item = FOUND[name]
    assert item in places(text, known)


@pytest.mark.parametrize("name", NOT_FOUND)
def test_what_is_no_item_is_not(name: str, known: Evaluations) -> None:
    assert places(NOT_FOUND[name], known) == set()


def test_the_item_with_most_runs_comes_first_and_its_first_run_is_shown(known: Evaluations) -> None:
    text = " ".join(QUESTION.split()[4:17]) + "\n" + FIRST
    matches = find(text, known, 1)
    plain = units(FIRST)[1]
    assert matches[0] == Match("pairs", "40", plain.text(0, 25), len(plain) - 24)
    assert matches[1].ngram == "best explains why the lighthouse keepers lamp didnt burn through the well known"
    assert (matches[1].item, matches[1].matches) == ("e-1", 2)


def test_an_item_counts_with_enough_runs_or_all_it_has(known: Evaluations) -> None:
    assert places(FIRST[:29], known, 3) == {("pairs", "40")}
    assert places(FIRST[:26], known, 3) == set()
    assert places(PAIRS[1]["sentence1"], known, 3) == {("pairs", "41")}


def test_runs_that_repeat_count_once(known: Evaluations) -> None:
    once = " ".join(QUESTION.split()[:13])
    assert [one.matches for one in find(f"{once} . x . {once}", known, 1)] == [1]


def test_fields_choose_what_is_compared(files: dict[str, Path]) -> None:
    known = load(settings := Decontaminate(evaluations=(f"p={files['pairs.json']}",), fields=("sentence2",)),
                 tuple(digest_of(one) for one in settings.named))  # fmt: skip
    assert places(FIRST, known) == set()
    assert places(SECOND, known) == {("p", "40")}


def test_what_all_items_share_is_told_of_the_first_ones(tmp_path: Path) -> None:
    path = tmp_path / "same.txt"
    same = "choose the best answer for each of the following questions and explain why"
    path.write_text("".join(f"{same} {number}\n" for number in range(100)))
    known = loaded(Decontaminate(evaluations=(f"same={path}",)))
    assert [one.item for one in find(same, known, 1)] == [f"line {number + 1}" for number in range(MOST_ITEMS)]
    assert known.counts[0].items == 100


def test_files_of_all_forms_hold_the_same_items(tmp_path: Path) -> None:
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in PAIRS).encode()
    pq.write_table(pa.Table.from_pylist(PAIRS), tmp_path / "a.parquet")
    forms = {
        "a.jsonl": lines,
        "b.json": lines,
        "c.jsonl.gz": gzip.compress(lines[:100]) + gzip.compress(lines[100:]),
        "d.jsonl.zst": zstandard.compress(lines),
        "e.json": json.dumps(PAIRS).encode(),
        "f.jsonl": b"\xef\xbb\xbf" + lines.replace(b"\n", b"\r\n"),
    }
    for name, data in forms.items():
        (tmp_path / name).write_bytes(data)
    found = []
    for path in sorted(tmp_path.iterdir()):
        (named,) = Decontaminate(evaluations=(f"x={path}",)).named
        found.append(list(items(named, frozenset())))
    assert len(found) == len(forms) + 1
    assert all(one == found[0] for one in found)
    assert found[0][0] == Item("40", FIRST)


def test_items_without_an_id_are_named_by_their_row(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text('{"text": "a"}\n\n{"text": ["b", {"more": "c"}], "url": "https://x.example/a/b/c"}\n"d"\n')
    (named,) = Decontaminate(evaluations=(f"x={path}",)).named
    assert list(items(named, frozenset())) == [
        Item("line 1", "a"),
        Item("line 3", "b"),
        Item("line 3", "c"),
        Item("line 4", "d"),
    ]


@pytest.mark.parametrize(
    ("evaluations", "says"),
    [
        (("no-path",), "NAME=PATH"),
        (("Upper=x",), "NAME=PATH"),
        (("a" * 41 + "=x",), "NAME=PATH"),
        (("x=y#sha256=12",), "64 hex digits"),
        (("x=a", "x=b"), "two evaluations"),
        ((), "names no evaluation"),
    ],
)
def test_what_cannot_be_meant_is_refused(evaluations: tuple[str, ...], says: str) -> None:
    stages = [{"use": "read"}, {"use": "extract"}, {"use": "decontaminate", "evaluations": list(evaluations)}]
    with pytest.raises(RecipeError, match=says):
        make_recipe({"name": "x", "stage": stages}, where="x")


@pytest.mark.parametrize("pair", [{"words": 4}, {"characters": 9}])
def test_a_least_above_its_run_is_refused(pair: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="is above"):
        Decontaminate(**pair)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("missing.jsonl", None, "cannot be read"),
        ("bad.jsonl", b'{"a": "b"}\n{"a": \n', "line 2"),
        ("binary.jsonl", b"\xff\xfe\x00", "no JSONL"),
        ("cut.jsonl.gz", gzip.compress(b'{"a": "b"}\n' * 999)[:-20], "no JSONL"),
        ("short.jsonl", b'{"a": "too short"}\n', "min_words"),
        ("empty.jsonl", b"", "min_words"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused(tmp_path: Path, name: str, data: bytes | None, says: str) -> None:
    if data is not None:
        (tmp_path / name).write_bytes(data)
    with pytest.raises(RecipeError, match=f"evaluation x.*{says}"):
        loaded(Decontaminate(evaluations=(f"x={tmp_path / name}",)))


def test_a_file_that_was_changed_is_refused(files: dict[str, Path]) -> None:
    path = files["pairs.json"]
    right = hashlib.sha256(path.read_bytes()).hexdigest()
    assert loaded(Decontaminate(evaluations=(f"x={path}#sha256={right.upper()}",))).counts[0].items == 2
    with pytest.raises(RecipeError, match="was changed since"):
        loaded(Decontaminate(evaluations=(f"x={path}#sha256={'0' * 64}",)))


@given(st.data())
def test_runs_are_those_of_plain_python(data: st.DataObject) -> None:
    """Against brute force: equal runs, and those alone, have equal hashes; what lies before a run never matters."""
    alphabet = st.sampled_from("ab1 .'\u00adあア漢\U00020000ﾊパ\n、É")
    text, size = data.draw(st.text(alphabet, max_size=60)), data.draw(st.integers(1, 6))
    plain = unicodedata.normalize("NFKC", text).lower().replace("'", "").replace("\u00ad", "")
    unspaced = set("あア漢\U00020000ハパ")
    words = "".join(one if one.isalnum() and one not in unspaced else " " for one in plain).split()
    letters = [one for one in plain if one.isalnum()]
    expected = [
        (words, " ", [any(map(str.isalpha, word)) for word in words]),
        (letters, "", [one in unspaced for one in letters]),
    ]
    for made, (parts, gap, counts) in zip(units(text), expected, strict=True):
        assert len(made) == len(parts)
        hashes, count = made.hashes(size), made.counting(size)
        runs = [gap.join(parts[at : at + size]) for at in range(len(parts) - size + 1)]
        assert [made.text(at, size) for at in range(len(runs))] == runs
        assert count.tolist() == [2 * sum(counts[at : at + size]) >= size for at in range(len(runs))]
        for (one, left), (other, right) in itertools.combinations(zip(hashes.tolist(), runs, strict=True), 2):
            assert (one == other) is (left == right)


def test_the_cost_is_linear(known: Evaluations) -> None:
    unique = "".join(
        f"{number} 頁では{chr(0x4E00 + number % 5000)}の話、about word{number}. " for number in range(4000)
    )
    assert grows_linearly(lambda size: lambda: find(unique[:size], known, 1), 40_000)
    assert grows_linearly(lambda size: lambda: find(FIRST * size, known, 1), 200)


def row(number: int, text: str) -> dict[str, Any]:
    data = text.encode()
    return {
        "doc_id": hashlib.sha256(str(number).encode()).hexdigest()[:32], "source": "pages", "source_sha256": "0" * 64,
        "warc_offset": number, "warc_length": 1, "url": f"https://x.example/{number}", "media_type": "text/plain",
        "text": text, "text_sha256": hashlib.sha256(data).hexdigest(), "text_bytes": len(data), "lang": "ja",
    }  # fmt: skip


TEXTS = [text for text, _ in FOUND.values()] + [
    text for name, text in NOT_FOUND.items() if name not in ("surrogates", "nothing")
]


def made(folder: Path, out: Path, runner: Any = None, cuts: int = 7, before: tuple[Any, ...] = (), **given: Any) -> str:
    folder.mkdir()
    rows = [row(number, text) for number, text in enumerate(TEXTS)]
    for number, start in enumerate(range(0, len(rows), cuts)):
        table = pa.Table.from_pylist(rows[start : start + cuts], schema=DOCUMENT)
        pq.write_table(table, folder / f"{number:03}.parquet")
    uses = (*before, STAGES["decontaminate"].use(given))
    state = state_of([str(path) for path in sorted(folder.iterdir())])
    continue_tree(uses, state, Recipe("tested", "", uses, dict(DELIVER)), str(out), runner or Watching())
    return str(load_run(open_store(str(out))).digest)


def named(files: dict[str, Path]) -> list[str]:
    return [*settings_of(files).evaluations]


def test_a_run_drops_with_reason_and_detail(tmp_path: Path, files: dict[str, Path]) -> None:
    out = tmp_path / "out"
    made(tmp_path / "shards", out, evaluations=named(files))
    store = open_store(str(out))
    assert audit(store, full=True).findings == []
    dropped = pq.read_table(out / "dropped").to_pylist()
    kept = pq.read_table(out / "documents").to_pylist()
    assert {one["text"] for one in kept} == set(TEXTS[len(FOUND) :])
    assert all(one["contamination"] == [] for one in kept)
    said = {one["warc_offset"]: one for one in dropped}
    for number, (text, (evaluation, item)) in enumerate(FOUND.values()):
        assert (said[number]["stage"], said[number]["reason"]) == ("decontaminate", f"decontaminate:{evaluation}")
        detail = json.loads(said[number]["detail"])
        assert (detail["evaluation"], detail["item"], detail["items"]) == (evaluation, item, 1), text
        assert detail["ngram"]
        assert detail["matches"] >= 1
    assert json.loads(explain(store, said[0]["doc_id"])[0]["detail"])["item"] == "40"
    pairs = load_run(store).value["facts"]["00-decontaminate"]["pairs"]
    assert {**pairs, "runs": 0} == {"items": 2, "strings": 3, "short": 3, "runs": 0}


def test_a_run_tags_with_item_and_run(tmp_path: Path, files: dict[str, Path]) -> None:
    out = tmp_path / "out"
    made(tmp_path / "shards", out, evaluations=named(files), action="tag")
    store = open_store(str(out))
    assert audit(store, full=True).findings == []
    kept = {one["warc_offset"]: one for one in pq.read_table(out / "documents").to_pylist()}
    assert len(kept) == len(TEXTS)
    for number, (_, (evaluation, item)) in enumerate(FOUND.values()):
        (tag,) = kept[number]["contamination"]
        assert (tag["evaluation"], tag["item"]) == (evaluation, item)
    notes = load_run(store).stages[-1].notes
    assert sum(notes.values()) == len(FOUND)
    assert notes["decontaminate:squad"] == 2


def test_the_bytes_depend_on_rows_alone(tmp_path: Path, files: dict[str, Path]) -> None:
    digests = set()
    for number, (workers, cuts) in enumerate([(1, 7), (2, 7), (2, 3), (1, 100)]):
        runner = LocalRunner(workers)
        try:
            digests.add(made(tmp_path / f"s{number}", tmp_path / f"o{number}", runner, cuts, evaluations=named(files)))
        finally:
            runner.close()
    assert len(digests) == 1


def test_another_file_under_the_name_is_another_stage(tmp_path: Path, files: dict[str, Path]) -> None:
    path = tmp_path / "e.jsonl"
    path.write_bytes(files["pairs.json"].read_bytes())
    use = STAGES["decontaminate"].use({"evaluations": [f"x={path}"]})
    before = STAGES["decontaminate"].identity(use.settings, "")
    path.write_bytes(files["pairs.json"].read_bytes() + b"\n")
    assert STAGES["decontaminate"].identity(use.settings, "") != before


def test_two_stages_tag_one_document(tmp_path: Path, files: dict[str, Path]) -> None:
    pairs, squad, _ = named(files)
    before = (STAGES["decontaminate"].use({"evaluations": [pairs], "action": "tag"}),)
    made(tmp_path / "shards", out := tmp_path / "out", before=before, evaluations=[squad], action="tag")
    rows = pq.read_table(out / "documents").column("contamination").to_pylist()
    assert {tag["evaluation"] for row in rows for tag in row} == {"pairs", "squad"}
    assert audit(open_store(str(out)), full=True).findings == []
