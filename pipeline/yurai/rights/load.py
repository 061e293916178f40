"""Read policies: those that come with Yurai by name, others from a TOML file by path.

name = "my-house"
version = 1
about = "one line for people"
named_for = "the signals that it reads, and who asked for them"
extends = "evidence-only"      # all that this file does not say is as that policy says
    without = ["usage-permitted"]  # signals of that policy, by id, that this one does not read

[silent]                       # nothing was said anywhere
train = "unknown"

[[signal]]                     # one with an id of the policy that is extended takes its place
id = "noai"
says = ["noai", "*:noai"]
train = "deny"

[[registry]]
name = "our opt-outs"
kind = "domains"
path = "optouts.txt"           # relative to this file; a list: one entry a line
sha256 = "..."                 # may be left out; then the file is taken as it is
train = "deny"
"""

import importlib.resources
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from yurai.rights.fields import Fields
from yurai.rights.licences import CLASSES, OPEN, LicenceClass
from yurai.rights.policy import KINDS, REGISTRIES, ROBOTS, SCOPES, Policy, Registry, Signal
from yurai.rights.registries import digest_of
from yurai.rights.verdicts import USES
from yurai_manifests.errors import RecipeError
from yurai_manifests.places import is_file

DEFAULT: Final = "evidence-only"
_TABLES: Final = ("silent", "unseen", "conflict")
_KEYS: Final = (
    "name", "version", "about", "named_for", "extends", "without", "robots", "text_scopes", "site_licence",
    "counter_notices", "min_confidence", "open", "copies", "first", *_TABLES, "licence", "signal", "registry",
)  # fmt: skip
_OWN: Final = ("name", "version", "about", "named_for")
_SIGNAL: Final = ("id", "says", "unless", "kinds", "channels", "scopes", *USES)
_REGISTRY: Final = ("name", "kind", "path", "sha256", *USES)
_ALL_SCOPES: Final = (*SCOPES, "embedded", "dataset")
DEPTH: Final = 8


def shipped() -> dict[str, Path]:
    """Return the policies that come with Yurai, by name."""
    folder = Path(str(importlib.resources.files("yurai") / "rights" / "policies"))
    return {path.stem: path for path in sorted(folder.glob("*.toml"))}


def load_policy(spec: str) -> Policy:
    """Return a policy that comes with Yurai, by name, or one in a TOML file, by path.

    Raises:
        RecipeError: no such policy, not TOML, an unknown key or a wrong value; it names file, key and what is allowed.
    """
    path = _path(spec)
    return policy_of(_resolved(path, ()), str(path))


def policy_of(value: Mapping[str, object], where: str) -> Policy:
    """Return the policy that a table says, one that extends no other; errors begin with `where`, a path."""
    top = Fields.of(where, value)
    top.refuse_unknown(_KEYS)
    silent, unseen, conflict = (_verdict_table(top, key) for key in _TABLES)
    return Policy(
        name=top.text("name"),
        version=top.whole("version"),
        about=top.text("about"),
        named_for=top.text("named_for"),
        silent=silent.verdicts(),
        unseen=unseen.verdicts(),
        conflict=conflict.verdicts(),
        licences={name: table.verdicts() for name, table in _licences(top).items()},
        signals=_signals(top),
        registries=tuple(_registry(one) for one in top.tables("registry")),
        robots=top.choice("robots", ROBOTS, "off"),
        text_scopes=top.texts("text_scopes", ("page", "main_text"), _ALL_SCOPES),
        site_licence=top.flag("site_licence", default=True),
        counter_notices=top.texts("counter_notices", ("all-rights-reserved",)),
        min_confidence=top.share("min_confidence", 0.0),
        open=tuple(name for name in CLASSES if name in top.texts("open", OPEN, CLASSES)),
        copies=top.flag("copies", default=True),
        first=top.texts("first", ()),
    )


def _path(spec: str) -> Path:
    known = shipped()
    if spec in known:
        return known[spec]
    if not is_file(spec):
        raise RecipeError(f"no policy {spec[:200]!r}: name one of {', '.join(known)}, or the path of a TOML file")
    return Path(spec)


def _resolved(path: Path, above: tuple[Path, ...]) -> Mapping[str, object]:
    """Return the table of a file over that of the policy that it extends."""
    if path in above or len(above) > DEPTH:
        raise RecipeError(f"{path}: extends leads back to itself; end the chain at {', '.join(shipped())} or nothing")
    try:
        value = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise RecipeError(f"{path} is not a policy in TOML: {error}") from error
    fields = Fields.of(str(path), value)
    fields.refuse_unknown(_KEYS)
    for key in _OWN:
        if key not in value:
            raise fields.wrong(key, "given in each policy, whatever it extends")
    _place_registries(value, path)
    if "extends" not in value:
        return value
    spec = fields.text("extends")
    beside = path.parent / spec
    base = _resolved(_path(spec if spec in shipped() or not is_file(beside) else str(beside)), (*above, path))
    return _over(_without(base, fields), value)


def _without(base: Mapping[str, object], fields: Fields) -> Mapping[str, object]:
    """Return the policy that is extended without the signals that `without` names."""
    signals = base.get("signal")
    if not isinstance(signals, list):
        return base
    gone = fields.texts("without", (), [str(one["id"]) for one in signals])
    return {**base, "signal": [one for one in signals if one["id"] not in gone]}


def _place_registries(value: dict[str, object], path: Path) -> None:
    """Make paths of registries those of the file that names them, before another file takes them over."""
    tables = value.get("registry")
    for table in tables if isinstance(tables, list) else []:
        if isinstance(table, dict) and isinstance(table.get("path"), str):
            table["path"] = str(path.parent / table["path"])


def _over(base: Mapping[str, object], value: Mapping[str, object]) -> dict[str, object]:
    """Return `base` with what `value` says in its place: tables key by key, signals and registries by their id."""
    merged = {**base, **{key: one for key, one in value.items() if key not in ("extends", "without")}}
    for key in (*_TABLES, "licence"):
        merged[key] = _tables_over(base.get(key, {}), value.get(key, {}))
    for key, name in (("signal", "id"), ("registry", "name")):
        merged[key] = _lists_over(base.get(key, []), value.get(key, []), name)
    return merged


def _tables_over(base: object, value: object) -> object:
    if not isinstance(base, Mapping) or not isinstance(value, Mapping):
        return value
    return {**base, **{key: _tables_over(base[key], one) if key in base else one for key, one in value.items()}}


def _lists_over(base: object, value: object, name: str) -> object:
    if not isinstance(base, list) or not isinstance(value, list):
        return value
    new = {one.get(name): one for one in value if isinstance(one, Mapping)}
    kept = [new.pop(one[name], one) for one in base]
    return [*kept, *(one for one in value if not isinstance(one, Mapping) or one.get(name) in new)]


def _verdict_table(top: Fields, key: str) -> Fields:
    table = top.table(key)
    table.refuse_unknown(USES)
    return table


def _licences(top: Fields) -> dict[LicenceClass, Fields]:
    table = top.table("licence")
    table.refuse_unknown(CLASSES)
    found = {name: table.table(name) for name in CLASSES if name in table.value}
    for one in found.values():
        one.refuse_unknown(USES)
    return found


def _signals(top: Fields) -> tuple[Signal, ...]:
    signals = tuple(_signal(one) for one in top.tables("signal"))
    ids = [one.id for one in signals]
    for number, name in enumerate(ids):
        if name in ids[:number]:
            raise RecipeError(f"{top.where}: two [[signal]] tables have id {name!r}; give each its own")
    return signals


def _signal(one: Fields) -> Signal:
    one.refuse_unknown(_SIGNAL)
    says = one.texts("says", ())
    if not says:
        raise one.wrong("says", "a list of patterns such as 'noai' or 'train-ai=n', or 'unreadable'")
    return Signal(
        id=one.text("id"),
        says=says,
        verdicts=one.verdicts(some=True),
        kinds=one.texts("kinds", KINDS, KINDS),
        channels=one.texts("channels", ()),
        scopes=one.texts("scopes", SCOPES, _ALL_SCOPES),
        unless=one.texts("unless", ()),
    )


def _registry(one: Fields) -> Registry:
    one.refuse_unknown(_REGISTRY)
    kind, path = one.choice("kind", REGISTRIES), one.text("path")
    digest = digest_of(kind, path, one.text("sha256", ""), one.where)
    return Registry(one.text("name"), kind, path, digest, one.verdicts(some=True))
