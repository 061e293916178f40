"""Filters: cases, declarations, settings and contract."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import yurai_filters as yf
from yurai_filters import catalogue, declare
from yurai_filters.ranges import Count
from yurai_filters.signature import COUNTS, SCORES
from yurai_filters.watch_limits import compare_rows

if TYPE_CHECKING:
    pass

CASES = Path(__file__).parents[1] / "cases"
LAW = settings(deadline=None, max_examples=60)
README = Path(catalogue.README)
FILTERS = sorted(yf.FILTERS)


def cases(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (CASES / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


def measured(case: dict[str, Any]) -> dict[str, pa.Array]:
    """The columns of a case: as given, or what the taggers say of its text."""
    if "columns" in case:
        types = {name: kind for said in yf.FILTERS.values() for name, kind in said.types.items()}
        return {name: pa.array([value], types[name]) for name, value in case["columns"].items()}
    columns = {"text": pa.array([case["text"]], pa.string()), "lang": pa.array([case["lang"]], pa.string())}
    for said in yf.TAGGERS.values():
        columns |= yf.measure(said, columns, {})
    return columns


def verdict(name: str, case: dict[str, Any]) -> yf.Verdict:
    lang = pa.array([case["lang"]], pa.string()) if "lang" in case else None
    return yf.judge(yf.FILTERS[name], measured(case), case["settings"], lang)


# --- cases -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "case"),
    [pytest.param(name, case, id=f"{name}: {case['note']}") for name in FILTERS for case in cases(name)],
)
def test_case(name: str, case: dict[str, Any]) -> None:
    found = verdict(name, case)
    assert found.reason.to_pylist() == [case["reason"]]
    assert found.judged == int(case.get("judged", True))
    assert found.judged + found.not_judged == 1


@pytest.mark.parametrize("name", FILTERS)
def test_every_reason_has_a_case_and_so_has_keeping(name: str) -> None:
    given_reasons = {case["reason"] for case in cases(name)}
    assert given_reasons == {None, *yf.reasons(yf.FILTERS[name])}
    if yf.FILTERS[name].languages is not None:
        assert any(case.get("judged") is False for case in cases(name)), "no case of a language that is not judged"


def limits(name: str) -> list[str]:
    return [setting for setting in yf.FILTERS[name].settings if setting.startswith(("min_", "max_"))]


@pytest.mark.parametrize(("name", "setting"), [(name, setting) for name in FILTERS for setting in limits(name)])
def test_every_limit_has_a_case_on_it_and_one_just_beyond(name: str, setting: str) -> None:
    """On the limit a row stays; one step beyond (1, or 1e-4 for scores) it goes."""
    seen = set()
    for case in cases(name):
        limit = yf.check_settings(yf.FILTERS[name], case["settings"])[setting]
        lang = pa.array([case["lang"]], pa.string()) if "lang" in case else None
        found = compare_rows(yf.FILTERS[name], measured(case), case["settings"], lang)
        worked_out = [values[0].as_py() for values in found.values]
        for value in [*case.get("columns", {}).values(), *worked_out]:
            if isinstance(limit, int | float) and isinstance(value, type(limit)):
                step = 1e-4 if isinstance(limit, float) else 1
                beyond = (limit - value if setting.startswith("min_") else value - limit) / step
                seen.add((round(beyond, 3), case["reason"] is not None))
    assert {(0, False), (1, True)} <= seen


def test_no_case_file_is_an_orphan() -> None:
    names = {path.stem for path in CASES.glob("*.jsonl")}
    assert names == {*yf.FILTERS, *yf.TAGGERS, *yf.EDITORS}


# --- declarations ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FILTERS)
def test_filter_documents_itself(name: str) -> None:
    said = yf.FILTERS[name]
    for heading in ("What it drops:", "Why:", "Source:", "Example:"):
        assert heading in said.doc
    for reason in yf.reasons(said):
        assert f"`{reason}`" in said.doc
    assert said.cites or "Source: this project" in said.doc


def test_declaration_says_what_the_signature_says() -> None:
    said = yf.FILTERS["gopher-quality"]
    assert said.columns[:2] == ("word_count", "mean_word_length")
    assert (said.types["word_count"], said.types["text"]) == (pa.int32(), pa.string())
    assert list(said.settings)[:2] == ["min_words", "max_words"]
    assert list(said.settings)[-2:] == ["stop_words", "languages"]
    assert said.settings["min_words"] == yf.Setting("min_words", Count | None, 50)
    assert said.languages == {"en"}
    assert (said.kind, said.version, said.cites) == ("filter", 1, "arXiv:2112.11446 table A1")
    assert said.package.name == "yurai"
    assert said.package.version
    assert said.doc.startswith(said.summary)
    assert "\n" not in said.summary


@pytest.mark.usefixtures("registry")
def test_a_taken_name_is_refused_in_any_registry() -> None:
    def other(text: pa.StringArray) -> pa.StringArray:
        """Do something else."""
        return text

    for declaring in (yf.document_filter, yf.editor):
        with pytest.raises(yf.ContractViolation, match=r"words: yurai_filters\.words\.words has that name"):
            declaring("words", version=1)(other)
    with pytest.raises(yf.ContractViolation, match="tagger words already writes word_count"):
        yf.tagger("other", version=1, writes={"word_count": pa.int32()})(other)
    assert yf.document_filter("other", version=1)(other) is other
    assert yf.FILTERS["other"].package == yf.Package(__name__.partition(".")[0], None)
    assert yf.document_filter("other", version=1)(other) is other


def no_column(*, limit: int = 1) -> None:
    """Read nothing."""


def untyped(text) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001 - the fault under test
    """Say no type."""


def no_default(text: pa.StringArray, *, limit: int) -> None:
    """Set nothing."""


def wrong_default(text: pa.StringArray, *, limit: int = "1") -> None:  # type: ignore[assignment] # the fault under test
    """Set something else."""


def odd_setting(text: pa.StringArray, *, limit: dict[str, int] | None = None) -> None:
    """Set what no recipe can."""


def reserved(text: pa.StringArray, *, languages: tuple[str, ...] = ("en",)) -> None:
    """Take what is the decorator's."""


def variadic(*text: pa.StringArray) -> None:
    """Read anything."""


def undocumented(text: pa.StringArray) -> None: ...


def fine(text: pa.StringArray, lang: pa.StringArray) -> None:
    """Read text."""


@pytest.mark.parametrize(
    "function",
    [no_column, untyped, no_default, wrong_default, odd_setting, reserved, variadic, undocumented],
)
def test_a_signature_that_cannot_be_declared_is_refused(function: Any) -> None:
    with pytest.raises(yf.ContractViolation, match=rf"^filter bad \(.*{function.__name__}\)"):
        yf.document_filter("bad", version=1)(function)
    assert "bad" not in yf.FILTERS


def test_names_versions_and_columns_that_cannot_be_declared_are_refused() -> None:
    for name, version in (("Bad", 1), ("too_bad", 1), ("bad", 0)):
        with pytest.raises(yf.ContractViolation, match="kebab-case"):
            yf.document_filter(name, version=version)(fine)
    with pytest.raises(yf.ContractViolation, match="an editor reads `text` alone, not text, lang"):
        yf.editor("bad", version=1)(fine)
    assert not {"bad", "Bad", "too_bad"} & {*yf.FILTERS, *yf.EDITORS}


# --- settings --------------------------------------------------------------------------------------------------------


@pytest.fixture
def everything(registry: None) -> declare.Declaration:
    @yf.document_filter("everything", version=1)
    def everything(
        text: pa.StringArray,
        *,
        count: int = 1,
        ratio: float = 0.5,
        strict: bool = False,
        mode: Literal["fast", "slow"] = "fast",
        words: tuple[str, ...] = (),
        names: list[str] = ["a"],  # noqa: B006 - legal here: the declaration keeps a copy
        cap: int | None = None,
    ) -> pa.StringArray:
        """Take one setting of each type."""
        return yf.first_reason(never=pa.array([False] * len(text)))

    return yf.FILTERS["everything"]


def test_settings_are_completed_in_the_order_of_the_signature(everything: declare.Declaration) -> None:
    complete = yf.check_settings(everything, {"words": ["x", "y"], "ratio": 1, "cap": 5})
    assert list(complete) == ["count", "ratio", "strict", "mode", "words", "names", "cap"]
    assert list(complete.values()) == [1, 1.0, False, "fast", ("x", "y"), ["a"], 5]
    assert type(complete["ratio"]) is float
    assert yf.check_settings(everything, complete) == complete


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"count": True}, "setting count must be an integer, not True"),
        ({"count": 1.0}, "setting count must be an integer, not 1.0"),
        ({"ratio": False}, "setting ratio must be a number, not False"),
        ({"ratio": float("nan")}, "setting ratio must be a number, not nan"),
        ({"strict": 1}, "setting strict must be true or false, not 1"),
        ({"mode": "quick"}, "setting mode must be one of 'fast', 'slow', not 'quick'"),
        ({"words": "x"}, "setting words must be a list of strings, not 'x'"),
        ({"words": ["x", 1]}, "setting words must be a list of strings, not "),
        ({"cap": "9"}, "setting cap must be an integer or unset, not '9'"),
        ({"coumt": 3}, "has no setting 'coumt' \\(allowed: count, ratio, .*\\); did you mean 'count'\\?"),
        ({"languages": ["en"]}, "has no setting 'languages'"),
    ],
)
def test_wrong_settings_are_refused(everything: declare.Declaration, settings: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=f"^filter everything:? {message}"):
        yf.check_settings(everything, settings)


def test_languages_are_a_setting_of_filters_that_declare_them() -> None:
    said = yf.FILTERS["gopher-quality"]
    assert yf.check_settings(said, {})["languages"] == ("en",)
    assert yf.check_settings(said, {"languages": ["fr", "de", "fr"]})["languages"] == ("de", "fr")
    assert yf.check_settings(said, {"languages": ["*"]})["languages"] == ("*",)
    for wrong in ([], ["*", "en"], ["EN"], ["english"], "en", [1]):
        with pytest.raises(ValueError, match=r"^filter gopher-quality: setting languages must"):
            yf.check_settings(said, {"languages": wrong})


# --- the contract ----------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("registry")
@pytest.mark.parametrize("result", [pa.array(["x"]), pa.array([1, 2]), pa.nulls(2), ["x", None], None, pa.scalar("x")])
def test_wrong_results_are_a_contract_violation(result: object) -> None:
    @yf.document_filter("wrong", version=1)
    def wrong(text: pa.StringArray) -> object:
        """Give what is no reason column."""
        return result

    with pytest.raises(yf.ContractViolation, match="filter wrong: column reason must be string x 2 rows"):
        yf.judge(yf.FILTERS["wrong"], {"text": pa.array(["a", "b"])}, {}, None)


# --- laws ------------------------------------------------------------------------------------------------------------

VALUES: dict[pa.DataType, st.SearchStrategy[Any]] = {
    pa.int32(): st.one_of(st.none(), st.sampled_from([0, 1, 49, 50, 51, 100_000, 100_001]), st.integers(0, 2**31 - 1)),
    pa.float32(): st.one_of(st.none(), st.sampled_from([0.5, 0.65, 3.0, 10.0]), st.floats(0, 100, width=32)),
    pa.string(): st.sampled_from([None, "en", "ja", "und", "de"]),
    COUNTS: st.sampled_from([None, [], [{"name": "email", "count": 1}], [{"name": "card", "count": 9}]]),
    SCORES: st.sampled_from([None, [], [{"name": "_ja", "score": 0.5}], [{"name": "_und", "score": 0.0}]]),
}


@pytest.mark.parametrize("name", FILTERS)
@LAW
@given(data=st.data())
def test_rows_are_judged_one_by_one(name: str, data: st.DataObject) -> None:
    """Neither neighbours, nor order, nor how the columns are sliced and chunked matter."""
    said = yf.FILTERS[name]
    kinds = {**said.types, "lang": pa.string()}
    rows = data.draw(st.lists(st.tuples(*(VALUES[kind] for kind in kinds.values())), min_size=1, max_size=12))
    cut = data.draw(st.integers(0, len(rows)))
    order = data.draw(st.permutations(range(len(rows))))
    schema = pa.schema(list(kinds.items()))
    table = pa.table(
        [pa.array(column, kind) for column, kind in zip(zip(*rows, strict=True), schema.types, strict=True)], schema
    )

    def run(part: pa.Table) -> list[str | None]:
        columns = {column: part[column] for column in kinds}
        found = yf.judge(said, columns, {}, columns["lang"])
        assert found.judged + found.not_judged == len(found.reason) == part.num_rows
        assert set(found.reason.to_pylist()) <= {None, *yf.reasons(said)}
        return found.reason.to_pylist()

    whole = run(table)
    assert run(table.slice(cut)) == whole[cut:]
    assert run(table.slice(0, cut)) == whole[:cut]
    assert run(pa.concat_tables([table.slice(0, cut), table.slice(cut)])) == whole
    assert run(table.take(pa.array(order, pa.int64()))) == [whole[at] for at in order]
    sliced = table.combine_chunks().to_batches()[0].slice(cut)
    arrays = {column: sliced[column] for column in kinds}
    assert yf.judge(said, arrays, {}, arrays["lang"]).reason.to_pylist() == whole[cut:]
