"""Options of stage commands are told without the stages, and are those of the declarations."""

from __future__ import annotations

import inspect
from typing import Annotated, Literal

import pytest

from yurai.cli import stage_options
from yurai.cli.stage_commands import stage_commands
from yurai.cli.stage_options import (
    FILE,
    TAKEN,
    TREES,
    StageCommand,
    StageOption,
    _option,
    described,
    is_flag,
    read,
    written,
)
from yurai.declare.stage import STAGES, AnyStage
from yurai_filters import Setting
from yurai_filters.ranges import at_least
from yurai_filters.settings import LanguageCodes, bare

COMMANDS = [stage for stage in STAGES.values() if stage.command]


@pytest.mark.parametrize("stage", COMMANDS, ids=lambda stage: stage.name)
def test_every_setting_of_one_value_is_an_option_of_its_type(stage: AnyStage) -> None:
    declared = {name: one for own in stage.command for name, one in STAGES[own].options.items() if is_flag(one)}
    options = {one.name: one for one in described(stage).options}
    assert list(options) == list(declared)
    for name, one in options.items():
        kind = list[str] if name == TREES else bare(declared[name].annotation)
        assert one.annotation == kind | None  # type: ignore[operator] # of types


def test_what_is_written_is_read() -> None:
    commands = [described(stage) for stage in COMMANDS]
    assert {one.name: one for one in read()} == {one.name: one for one in commands}
    assert written(read()) == FILE.read_text("utf-8")


@pytest.mark.parametrize(
    ("annotation", "kinds", "flag"),
    [
        (int, ["int"], "--some-name"),
        (float, ["float"], "--some-name"),
        (str, ["str"], "--some-name"),
        (bool, ["bool"], "--some-name/--no-some-name"),
        (bool | None, ["bool"], "--some-name/--no-some-name"),
        (int | None, ["int"], "--some-name"),
        (str | None, ["str"], "--some-name"),
        (float | None, ["float"], "--some-name"),
        (Annotated[int, at_least(1)], ["int"], "--some-name"),
        (Annotated[float, at_least(0)] | None, ["float"], "--some-name"),
        (Literal["a", "b"], [["a", "b"]], "--some-name"),
        (Literal["a", "b"] | None, [["a", "b"]], "--some-name"),
    ],
)
def test_types_of_one_value(
    annotation: object, kinds: list[object], flag: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    setting = Setting("some_name", annotation, None)
    monkeypatch.setattr("yurai.declare.stage.setting_docs", lambda _: {"some_name": "what it does"})
    option = _option(COMMANDS[0], setting)
    assert is_flag(setting)
    assert (option.kinds, option.flag) == (kinds, flag)
    assert option.annotation == bare(annotation) | None  # type: ignore[operator] # of types
    assert StageOption(option.name, option.kinds, option.help) == option


@pytest.mark.parametrize("annotation", [tuple[str, ...], list[str], LanguageCodes, tuple[str, ...] | None])
def test_lists_are_given_with_set(annotation: object) -> None:
    assert not is_flag(Setting("some_name", annotation, None))


@pytest.mark.parametrize("stage", read(), ids=lambda stage: stage.name)
def test_no_setting_takes_the_name_of_an_option_of_all_stages(stage: StageCommand) -> None:
    command = stage_commands()[stage.name]
    shared = inspect.signature(command).parameters.keys() - {one.name for one in stage.options}
    assert {name.rstrip("_") for name in shared} <= TAKEN
    assert TAKEN & {one.name for one in stage.options} == set()


@pytest.mark.parametrize("name", sorted(TAKEN))
def test_a_setting_of_such_a_name_is_given_with_set(name: str) -> None:
    assert not is_flag(Setting(name, str, "x"))
    assert is_flag(Setting(f"{name}s", str, "x"))


def test_the_default_and_the_range_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("yurai.declare.stage.setting_docs", lambda _: {"n": "a number"})
    assert _option(COMMANDS[0], Setting("n", Annotated[int, at_least(1)], 3)).help.endswith("; default: 3]")
    assert stage_options._option(COMMANDS[0], Setting("n", int, None)).help == "a number"
