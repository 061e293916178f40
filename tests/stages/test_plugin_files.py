"""What a plugin reads beside a text is in the identity of what it made: a file that was swapped is another rule.

For every way in which a rule can have a file: declared with it, by path or in a package, or named in a setting.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

import yurai_filters as yf
from row_helpers import documents, recipe
from run_helpers import run
from yurai.declare.stage import stage_of
from yurai.extraction import HANDLERS, handles
from yurai_filters.data_file import DataFile
from yurai_filters.lists import Lines, read_local
from yurai_manifests.errors import DriftError, RecipeError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from yurai.extraction import Extraction, ExtractOptions, Page

pytestmark = pytest.mark.usefixtures("registry")
TEXTS = ["a text with a good word", "a text with a bad word", "a text of neither"]
BASE: list[dict[str, Any]] = [{"use": "read"}, {"use": "extract"}, {"use": "language"}]
Stages = list[dict[str, Any]]


def words_of(data: bytes) -> list[str]:
    return data.decode().split()


def holding(text: pa.StringArray, words: list[str]) -> pa.BooleanArray:
    return pa.array([any(word in one for word in words) for one in text.to_pylist()])


def declared_filter(spec: str, _: Path) -> Stages:
    @yf.document_filter("no-words", version=1, files=spec)
    def no_words(text: pa.StringArray) -> pa.StringArray:
        """Drop texts with words of a file that comes with the rule."""
        return yf.first_reason(has_word=holding(text, words_of(read_local(spec))))

    return [*BASE, {"use": "measure"}, {"use": "filter", "rules": [{"use": "no-words"}]}]


def declared_tagger(spec: str, _: Path) -> Stages:
    @yf.tagger("word-score", version=1, writes={"word_score": pa.float32()}, files=[spec])
    def word_score(text: pa.StringArray) -> dict[str, pa.FloatArray]:
        """Score words of a file that comes with the tagger."""
        return {"word_score": holding(text, words_of(read_local(spec))).cast(pa.float32())}

    @yf.document_filter("low-words", version=1)
    def low_words(word_score: pa.FloatArray, *, most: float = 0.5) -> pa.StringArray:
        """Drop texts with a high score."""
        return yf.first_reason(has_word=yf.above(word_score, most))

    measures = {"use": "measure", "taggers": ["word-score"]}
    return [*BASE, measures, {"use": "filter", "rules": [{"use": "low-words"}]}]


def declared_editor(spec: str, _: Path) -> Stages:
    @yf.editor("cut-words", version=1, files=(spec,))
    def cut_words(text: pa.StringArray) -> tuple[pa.StringArray, dict[str, pa.Int32Array]]:
        """Empty texts with words of a file that comes with the editor."""
        hit = holding(text, words_of(read_local(spec)))
        new = ["" if cut else old for cut, old in zip(hit.to_pylist(), text.to_pylist(), strict=True)]
        return pa.array(new, pa.string()), {"texts": hit.cast(pa.int32())}

    rules = [{"use": "cut-words"}, {"use": "length", "min_characters": 1}]
    return [*BASE, {"use": "measure"}, {"use": "filter", "rules": rules}]


def named_in_a_setting(spec: str, _: Path) -> Stages:
    @yf.document_filter("by-model", version=1)
    def by_model(text: pa.StringArray, *, model: DataFile = DataFile()) -> pa.StringArray:  # noqa: B008 - immutable
        """Drop texts with words of a file that the recipe names."""
        with model.on_disk() as path:
            return yf.first_reason(has_word=holding(text, words_of(path.read_bytes())))

    return [*BASE, {"use": "measure"}, {"use": "filter", "rules": [{"use": "by-model", "model": spec}]}]


def listed_in_a_setting(spec: str, _: Path) -> Stages:
    @yf.document_filter("by-list", version=1)
    def by_list(text: pa.StringArray, *, words: Lines = Lines()) -> pa.StringArray:  # noqa: B008 - immutable
        """Drop texts with words of a list that the recipe names."""
        return yf.first_reason(has_word=holding(text, list(words)))

    return [*BASE, {"use": "measure"}, {"use": "filter", "rules": [{"use": "by-list", "words": spec}]}]


WAYS: dict[str, Callable[[str, Path], Stages]] = {
    way.__name__: way
    for way in (declared_filter, declared_tagger, declared_editor, named_in_a_setting, listed_in_a_setting)
}


@pytest.fixture(params=["path", "package"])
def file(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, Path]:
    """A file of words, by the spec under which a rule has it."""
    folder = tmp_path / "words_of_mine"
    folder.mkdir()
    (folder / "__init__.py").touch()
    path = folder / "model.txt"
    path.write_text("bad", "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, folder.name, raising=False)
    return (str(path) if request.param == "path" else f"{folder.name}:model.txt"), path


def kept(out: Path, source: Path, stages: Stages, *, rebuild: bool = False) -> list[str]:
    run(out, [source], recipe=recipe(stages=stages), rebuild=rebuild)
    return [row["text"] for row in documents(out)]


@pytest.mark.parametrize("way", WAYS)
def test_a_swapped_file_is_told_and_made_again(way: str, file: tuple[str, Path], tmp_path: Path) -> None:
    spec, path = file
    stages, source, out = WAYS[way](spec, tmp_path), tmp_path / "texts.jsonl", tmp_path / "out"
    source.write_text("".join(json.dumps({"text": text}) + "\n" for text in TEXTS), "utf-8")
    assert kept(out, source, stages) == [TEXTS[0], TEXTS[2]]
    path.write_text("good", "utf-8")
    with pytest.raises(DriftError, match=r"models\..*(model\.txt|\[0\]).* then, .* now.*--rebuild"):
        kept(out, source, stages)
    assert kept(out, source, stages, rebuild=True) == TEXTS[1:]
    path.write_text("bad", "utf-8")
    assert kept(tmp_path / "again", source, stages) == [TEXTS[0], TEXTS[2]]


@pytest.mark.parametrize("way", [named_in_a_setting, listed_in_a_setting])
def test_where_a_named_file_lies_is_not_what_it_is(way: Callable[[str, Path], Stages], tmp_path: Path) -> None:
    paths = [tmp_path / "one.txt", tmp_path / "two.txt"]
    for path in paths:
        path.write_text("bad", "utf-8")
    stages = way(str(paths[0]), tmp_path)
    models = _models(stages)
    assert len(models) == 1
    (rule,) = stages[-1]["rules"]
    stages[-1]["rules"] = [rule | {name: str(paths[1]) for name in rule if name != "use"}]
    assert _models(stages) == models


def _models(stages: Stages) -> dict[str, str]:
    found: dict[str, str] = {}
    for use in recipe(stages=stages).stages[3:]:
        found |= stage_of(use).identity(use.settings, "")["models"]  # type: ignore[operator] # a dict, as JSON
    return found


@pytest.mark.parametrize("way", WAYS)
def test_a_file_that_is_not_there_is_refused_by_name(way: str, tmp_path: Path) -> None:
    with pytest.raises(
        RecipeError, match=r"(filter|tagger|editor) [a-z-]+.* 'nowhere:model.txt', which cannot be read"
    ):
        _models(WAYS[way]("nowhere:model.txt", tmp_path))


def test_one_file_is_one_file(tmp_path: Path) -> None:
    stages = named_in_a_setting("x", tmp_path)
    stages[-1]["rules"][0]["model"] = [str(tmp_path), str(tmp_path)]
    with pytest.raises(RecipeError, match="setting model"):
        recipe(stages=stages)
    stages[-1]["rules"][0]["model"] = 3
    with pytest.raises(RecipeError, match="must be the path of a file, not 3"):
        recipe(stages=stages)


def test_a_pinned_file_must_be_that_file(tmp_path: Path) -> None:
    path = tmp_path / "model.bin"
    path.write_bytes(b"bad")
    with pytest.raises(RecipeError, match="it was changed since"):
        recipe(stages=named_in_a_setting(f"{path}#sha256={'0' * 64}", tmp_path))


def test_a_handler_declares_its_files_too(tmp_path: Path) -> None:
    path = tmp_path / "model.bin"
    path.write_bytes(b"1")

    @handles("application/x-mine", version=1, files=(str(path),))
    def mine(page: Page, mime: str, options: ExtractOptions) -> Extraction:
        """Say nothing."""
        raise NotImplementedError

    try:
        before, path_of = _packages(), f"handler application/x-mine {path}"
        path.write_bytes(b"2")
        after = _packages()
        assert before[path_of] != after[path_of]
        path.unlink()
        with pytest.raises(RecipeError, match="handler application/x-mine"):
            _packages()
    finally:
        del HANDLERS["application/x-mine"]


def _packages() -> dict[str, str]:
    use = recipe(stages=BASE).stages[1]
    return stage_of(use).identity(use.settings, "")["packages"]  # type: ignore[return-value] # a dict, as JSON
