"""URL rules and the lists behind them: where lists come from, when they are refused, and what is compared."""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

import yurai_filters as yf
from run_helpers import SMALL, demo_recipe, run, totals
from yurai.declare.stage import stage_of
from yurai.engine.use import StageUse
from yurai.report.explain import explain
from yurai.run.recipe import Recipe
from yurai.stages.filter.decide import Decider
from yurai_filters import catalogue
from yurai_filters.check import check_settings
from yurai_filters.hosts import host_name, host_of, parents, url_name
from yurai_filters.lists import Lines
from yurai_filters.settings import convert, expected
from yurai_filters.urls import Domains
from yurai_manifests.errors import DriftError, RecipeError
from yurai_manifests.store import open_store

LAW = settings(deadline=None, max_examples=60)
LABELS = st.sampled_from(["a", "b", "www", "bad", "xn--bcher-kva", "bücher", "1", "example", "x_y", "Bad"])
HOSTS = st.lists(LABELS, min_size=1, max_size=5).map(".".join)
URLS = st.one_of(
    st.text(max_size=20),
    st.tuples(
        st.sampled_from(["http://", "https://u:p@", "", "//"]), HOSTS, st.sampled_from(["", ":80", "/x?y#z", "."])
    ).map("".join),
    st.text("[]:/@%.\\?#a1", max_size=16).map("http://".__add__),
)
TEXT = "# a comment\nbad.example\nworse.example\n"


def judged(name: str, urls: list[str | None], **given_settings: object) -> list[str | None]:
    return yf.judge(yf.FILTERS[name], {"url": pa.array(urls, pa.string())}, given_settings, None).reason.to_pylist()


def use(**rule: Any) -> StageUse:
    """A filter stage with one rule, checked as a recipe is."""
    from yurai.declare.stage import STAGES

    return STAGES["filter"].use({"rules": [rule]})


def identity(checked: StageUse) -> dict[str, Any]:
    return stage_of(checked).identity(checked.settings, "")


# --- where lists come from -------------------------------------------------------------------------------------------


def every_form(folder: Path) -> dict[str, str]:
    (folder / "plain.txt").write_text(TEXT)
    (folder / "list.gz").write_bytes(gzip.compress(TEXT.encode()))
    packed = zstandard.ZstdCompressor().compress(TEXT[:20].encode())
    (folder / "list.zst").write_bytes(packed + zstandard.ZstdCompressor().compress(TEXT[20:].encode()))
    (folder / "windows.txt").write_bytes(b"\xef\xbb\xbf" + TEXT.replace("\n", "\r\n").encode())
    (folder / "adult").mkdir()
    (folder / "adult" / "domains").write_text(TEXT)
    return {path.name: str(path) for path in folder.iterdir()}


def test_a_list_is_the_same_in_every_form(tmp_path: Path) -> None:
    for spec in every_form(tmp_path).values():
        assert judged("url-blocklist", ["http://a.bad.example", "http://good.example"], domains=spec) == [
            "listed-domain",
            None,
        ]
    both = ["sample_lists:domains.txt", str(tmp_path / "plain.txt")]
    assert judged("url-blocklist", ["http://worse.example", "http://192.0.2.7"], domains=both) == ["listed-domain"] * 2


def test_a_recipe_fetches_a_list_from_a_url(tmp_path: Path) -> None:
    (tmp_path / "plain.txt").write_text(TEXT)
    checked = use(use="url-blocklist", domains=f"file://{tmp_path}/plain.txt")
    assert identity(checked)["models"] == {
        "rules[0] url-blocklist.domains[0]": hashlib.sha256(TEXT.encode()).hexdigest()
    }
    assert len(Decider("filter", checked.settings.rules, [])._rules[0][1]["domains"]) == 2
    with pytest.raises(
        RecipeError, match=r"setting domains names list 'http://127.0.0.1:9/x', which cannot be fetched"
    ):
        use(use="url-blocklist", domains="http://127.0.0.1:9/x")


def test_settings_hold_the_name_of_a_list_and_never_its_lines() -> None:
    said = yf.FILTERS["url-blocklist"]
    assert check_settings(said, {}) == {"domains": (), "urls": (), "only_domains": ()}
    complete = check_settings(said, {"domains": "sample_lists:domains.txt"})
    assert complete == {"domains": ("sample_lists:domains.txt",), "urls": (), "only_domains": ()}
    assert check_settings(said, complete) == complete
    assert expected(Lines) == "the path of a list, or a list of paths"
    for wrong in (1, [1], "", [""], True, {"a": 1}):
        with pytest.raises(ValueError, match="must be the path of a list, or a list of paths, not"):
            convert(wrong, Domains)
    assert "`domains` ()" in catalogue.catalogue_markdown()


# --- when lists are refused ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("setting", "data", "message"),
    [
        ("domains", b"good.example\n\nbad.example\n", "line 2: an empty line is not a domain"),
        ("domains", b"# x\ngood.example\nhttp://bad.example/\n", "line 3: what it holds is not a domain"),
        ("domains", b"good.example\nbad.example/a", "line 2: what it holds is not a domain"),
        ("domains", b"a b.example", "line 1: what it holds is not a domain"),
        ("domains", b"good.example\n" * 700_000 + b"*.bad.example", "line 700001: "),
        ("domains", b"\xff\xfe\x00", "is not text in UTF-8, gzip or zstd"),
        ("domains", gzip.compress(b"good.example\n" * 99)[:-9], "is not text in UTF-8, gzip or zstd"),
        ("urls", b"news.example/a\nhttp:///a\n", "line 2: what it holds is not a URL"),
    ],
)
def test_a_wrong_entry_is_refused_with_its_line(setting: str, data: bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / "list").write_bytes(data)
    with pytest.raises(
        RecipeError, match=f"filter url-blocklist: setting {setting} names list '.*', (which )?{message}"
    ):
        use(use="url-blocklist", **{setting: str(tmp_path / "list")})


@pytest.mark.parametrize("spec", ["/nowhere/list.txt", "no_such_package:list.txt", "sample_lists:no-such-file.txt"])
def test_a_list_that_is_not_there_is_refused_before_anything_runs(spec: str) -> None:
    with pytest.raises(RecipeError, match=r"names list '.*', which cannot be read .*; give the path of a text file"):
        use(use="url-blocklist", domains=spec)


def test_a_folder_without_the_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "domains").write_text(TEXT)
    use(use="url-blocklist", domains=str(tmp_path))
    with pytest.raises(RecipeError, match="a folder that holds a file 'urls'"):
        use(use="url-blocklist", urls=str(tmp_path))


def test_a_list_with_another_digest_than_the_recipe_says_is_refused(tmp_path: Path) -> None:
    (tmp_path / "list").write_text(TEXT)
    good = hashlib.sha256(TEXT.encode()).hexdigest()
    assert use(use="url-blocklist", domains=f"{tmp_path}/list#sha256={good}").settings.rules[0].settings["domains"] == (
        f"{tmp_path}/list#sha256={good}",
    )
    with pytest.raises(RecipeError, match=f"has sha256 {good}, not {'0' * 64}: it was changed since"):
        use(use="url-blocklist", domains=f"{tmp_path}/list#sha256={'0' * 64}")


def test_a_worker_refuses_a_list_that_changed_since_the_plan(tmp_path: Path) -> None:
    path = tmp_path / "list"
    path.write_text("planned.example\n")
    planned = use(use="url-blocklist", domains=str(path))
    path.write_text("changed.example\n")
    with pytest.raises(
        RecipeError, match=r"setting domains names list '.*', which has sha256 .*: it was changed since"
    ):
        Decider("filter", planned.settings.rules, [])


def test_a_list_is_known_by_its_content_not_its_path(tmp_path: Path) -> None:
    every_form(tmp_path)
    plain, folder, packed = (
        identity(use(use="url-blocklist", domains=str(tmp_path / name))) for name in ("plain.txt", "adult", "list.gz")
    )
    assert plain == folder
    assert plain["settings"] == {"rules": [{"use": "url-blocklist"}]}
    assert packed["models"] != plain["models"]
    assert identity(use(use="url-blocklist"))["models"] == {}


def listed(path: Path) -> Recipe:
    def change(stages: dict[str, Any]) -> None:
        stages["filter"]["rules"] = [{"use": "url-blocklist", "domains": str(path)}]

    return demo_recipe(change)


def test_a_run_drops_by_list_and_explains_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "hosts.txt"
    path.write_text("nothing.invalid\n")
    run(tmp_path / "all", SMALL, recipe=listed(path))
    assert "filter" not in totals(tmp_path / "all")[1]
    kept = next(life for life in _urls(tmp_path / "all"))
    path.write_text(f"{host_of(kept)}\n")
    with pytest.raises(
        DriftError, match=r"filter\.models\.rules\[0\] url-blocklist\.domains\[0\]: '[0-9a-f]{64}' then"
    ):
        run(tmp_path / "all", SMALL, recipe=listed(path))
    run(tmp_path / "some", SMALL, recipe=listed(path))
    (reason,) = totals(tmp_path / "some")[1]["filter"]
    assert reason == "url-blocklist:listed-domain"
    decision = explain(open_store(str(tmp_path / "some")), kept)[0]["decisions"][-1]
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert decision["settings"] == {"domains": [f"{path}#sha256={digest}"], "urls": [], "only_domains": []}
    assert decision["reason"] == reason


def _urls(tree: Path) -> list[str]:
    import pyarrow.dataset as ds

    return ds.dataset(tree / "documents", format="parquet").to_table(["url"])["url"].to_pylist()


# --- what is compared ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "host", "name"),
    [
        ("HTTP://User@WWW.Example.com:80/A/?q#f", "www.example.com", "www.example.com/A?q"),
        ("https://example.com:80/", "example.com", "example.com:80"),
        ("example.com", "example.com", "example.com"),
        ("//example.com/a", "example.com", "example.com/a"),
        ("http://bücher。example.", "xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("http://[::FFFF:1.2.3.4]:8/", "::ffff:102:304", "::ffff:102:304:8"),
        ("http://example.com:99999/", "example.com", None),
        ("http://user:p@ss@example.com/", "example.com", "example.com"),
        ("http://[1::2", None, None),
        ("http://[x]/", None, None),
        ("http://", None, None),
        ("http://a..b/", None, None),
        (f"http://{'a' * 64}.com", None, None),
        (f"http://{'ü' * 60_000}.com", None, None),
        ("", None, None),
        ("\x00", None, None),
    ],
)
def test_hosts_and_urls_in_one_form(url: str, host: str | None, name: str | None) -> None:
    assert host_of(url) == host
    if name is None or "::" not in name:
        assert url_name(url) == name


@LAW
@given(URLS)
def test_no_url_raises_and_one_form_is_stable(url: str) -> None:
    host, name = host_of(url), url_name(url)
    assert host is None or (host_name(host) == host and host.isascii())
    assert name is None or host is not None
    assert host is None or parents(host)[0] == host


@LAW
@given(urls=st.lists(st.one_of(st.none(), URLS), max_size=8), domains=st.lists(HOSTS, max_size=6), data=st.data())
def test_a_page_is_dropped_if_its_host_lies_under_a_listed_domain(
    urls: list[str | None], domains: list[str], data: st.DataObject
) -> None:
    """By plain comparison of strings; and neither neighbours nor order of the rows nor of the list matter."""
    names = [name for name in map(host_name, domains) if name is not None]
    asked = Domains([names])
    found = judged("url-blocklist", urls, domains=asked)
    for url, reason in zip(urls, found, strict=True):
        host = host_of(url or "")
        under = host is not None and any(
            host == name or (host.endswith(f".{name}") and not host.replace(".", "").isdigit()) for name in names
        )
        assert reason == ("listed-domain" if under else None)
    order = data.draw(st.permutations(range(len(urls))))
    again = Domains([names[::-1], names])
    assert judged("url-blocklist", [urls[at] for at in order], domains=again) == [found[at] for at in order]
    cut = data.draw(st.integers(0, len(urls)))
    assert (
        judged("url-blocklist", urls[:cut], domains=asked) + judged("url-blocklist", urls[cut:], domains=asked) == found
    )


@LAW
@given(st.lists(st.text(max_size=4)), st.lists(st.text(max_size=4)))
def test_lines_are_a_set(entries: list[str], asked: list[str]) -> None:
    held = Lines([entries[:3], entries[3:]])
    assert held.found(asked).tolist() == [value in set(entries) for value in asked]
    assert list(held) == entries
    assert len(held) == len(entries)


@LAW
@given(st.lists(st.one_of(st.none(), st.text("apokerbonuscasino-./É", max_size=30)), max_size=8), st.data())
def test_url_words_are_judged_one_by_one(urls: list[str | None], data: st.DataObject) -> None:
    lists = {
        "words": "sample_lists:words.txt",
        "soft_words": "sample_lists:soft-words.txt",
        "substrings": "sample_lists:substrings.txt",
    }
    found = judged("url-words", urls, **lists)
    assert [judged("url-words", [url], **lists)[0] for url in urls] == found
    cut = data.draw(st.integers(0, len(urls)))
    column = pa.array(urls, pa.string()).slice(cut)
    assert yf.judge(yf.FILTERS["url-words"], {"url": column}, lists, None).reason.to_pylist() == found[cut:]
