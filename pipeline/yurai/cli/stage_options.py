"""Describe the commands of stages without the stages: importing all of them takes longer than their help.

stages.json holds what `described` says of each stage of ours, and `python -m yurai.cli.reference` writes it from their
declarations. Stages of other packages are asked themselves.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, Union, cast, get_args, get_origin

if TYPE_CHECKING:
    from yurai.declare.stage import AnyStage
    from yurai_filters import Setting

Kind: TypeAlias = "str | list[str]"
"""The name of a scalar type, or the strings that may be chosen from."""
FILE: Final = Path(__file__).with_name("stages.json")
TAKEN: Final = frozenset(
    (
        "input",
        "output",
        "recipe",
        "set",
        "sources",
        "side",
        "allow",
        "split_size",
        "requests_per_second",
        "requests_in_flight",
        "runner",
        "workers",
        "address",
        "keep_work",
        "rebuild",
        "report",
        "allow_empty",
        "strict",
        "quiet",
        "verbose",
        "log_format",
        "help",
    )
)
"""Names of options that commands of stages have, whatever the stage."""
SCALARS: Final[dict[str, type]] = {kind.__name__: kind for kind in (int, float, bool, str)}
TREES: Final = "against"
"""A setting that names trees: an option that may be given several times, though other lists are given with --set."""


@dataclass(frozen=True, slots=True)
class StageOption:
    """One setting that is an option: its types, of which a value has one, and what help says."""

    name: str
    kinds: list[Kind]
    help: str

    @property
    def flag(self) -> str:
        """The option as it is typed; a switch has two forms."""
        name = self.name.replace("_", "-")
        return f"--{name}/--no-{name}" if self.kinds == [bool.__name__] else f"--{name}"

    @property
    def annotation(self) -> type:
        """The type of the option, which may be unset: then it is as the recipe or the default says."""
        if self.name == TREES:
            return cast("type", list[str] | None)
        kinds = [SCALARS[one] if isinstance(one, str) else Literal.__getitem__(tuple(one)) for one in self.kinds]
        return cast("type", Union.__getitem__((*kinds, NoneType)))


@dataclass(frozen=True, slots=True)
class StageCommand:
    """One command: its name, its help, the stages that it runs, and the options of their settings."""

    name: str
    doc: str
    stages: list[str]
    options: list[StageOption]


def described(stage: "AnyStage") -> StageCommand:
    """Return the command that a stage declares."""
    from yurai.declare.stage import STAGES

    own = [STAGES[name] for name in stage.command]
    options = [_option(one, setting) for one in own for setting in one.options.values() if is_flag(setting)]
    return StageCommand(stage.name, stage.doc.partition("\nArgs:")[0].strip(), [*stage.command], options)


def _option(stage: "AnyStage", setting: "Setting") -> StageOption:
    from yurai.declare.stage import setting_docs
    from yurai_filters.settings import ranges

    facts = [one.words for _, one in ranges(setting.annotation)]
    facts += [f"default: {setting.default}"] if setting.default not in ("", None, ()) else []
    words = setting_docs(stage)[setting.name] + (f" [{'; '.join(facts)}]" if facts else "")
    return StageOption(setting.name, _names(setting), words)


def _names(setting: "Setting") -> list[Kind]:
    return [] if setting.name == TREES else [_kind(one) for one in _kinds(setting) if one is not NoneType]


def _kind(kind: object) -> Kind:
    return [*map(str, get_args(kind))] if get_origin(kind) is Literal else cast("type", kind).__name__


def _kinds(setting: "Setting") -> tuple[object, ...]:
    from yurai_filters.settings import bare

    kind = bare(setting.annotation)
    return get_args(kind) if get_origin(kind) in (Union, UnionType) else (kind,)


def is_flag(setting: "Setting") -> bool:
    """Scalars, which may be unset, and choices become options; lists and tables are given with --set.

    So is a setting whose name an option of all stages has: `--address` is the cluster's, `--set 'address=...'` a kind.
    """
    return setting.name == TREES or (
        setting.name not in TAKEN
        and all(one in (*SCALARS.values(), NoneType) or get_origin(one) is Literal for one in _kinds(setting))
    )


def written(commands: Sequence[StageCommand]) -> str:
    """Return stages.json."""
    return json.dumps([asdict(one) for one in commands], ensure_ascii=False, indent=1) + "\n"


def read() -> list[StageCommand]:
    """Return the commands of our stages, as stages.json has them."""
    values = json.loads(FILE.read_text("utf-8"))
    return [StageCommand(**one | {"options": [StageOption(**each) for each in one["options"]]}) for one in values]
