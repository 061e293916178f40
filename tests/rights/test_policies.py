"""Policies, rulings, registries and the calibration as files: what is read, and what is said of a wrong one."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from pages_judged import CC_BY, lic
from yurai.rights import USES, Page, judge, load_policy, load_rulings, read_calibration, shipped, statements
from yurai.rights.calibration import published, wilson
from yurai.rights.load import policy_of
from yurai_manifests.errors import RecipeError

HEAD = 'name = "own"\nversion = 2\nabout = "one"\nnamed_for = "two"\n'
OWN = HEAD + 'extends = "evidence-only"\n'
SIGNAL = '[[signal]]\nid = "x"\nsays = ["y"]\ntrain = "deny"\n'


def written(tmp_path: Path, text: str, name: str = "own.toml") -> str:
    path = tmp_path / name
    path.write_text(text, "utf-8")
    return str(path)


@pytest.mark.parametrize("name", sorted(shipped()))
def test_shipped_policies_say_all_that_they_have_to(name: str) -> None:
    policy = load_policy(name)
    assert policy.name == name
    assert policy.about
    assert policy.named_for
    assert policy.id == f"{name}@{policy.version}+{policy.sha256[:12]}"
    for table in (policy.silent, policy.unseen, policy.conflict):
        assert set(table) == set(USES)
    assert policy_of(json.loads(json.dumps(policy.json())), "again").sha256 == policy.sha256


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name = ", "not a policy in TOML"),
        (OWN.replace('name = "own"\n', ""), "name must be given in each policy"),
        (OWN.replace("version = 2", "version = 0"), "version must be a whole number of 1 or more, not 0"),
        (OWN.replace("version = 2", "version = true"), "version must be a whole number"),
        (OWN.replace('"one"', '""'), "about must be words"),
        (OWN + "robot = 1\n", "no key 'robot' (allowed: name, version"),
        (OWN + 'robots = "on"\n', "robots must be one of off, asof, strictest, not 'on'"),
        (OWN + "min_confidence = 2\n", "min_confidence must be a number from 0 to 1"),
        (OWN + 'copies = "yes"\n', "copies must be true or false"),
        (OWN + 'open = ["free"]\n', "open must be a list of public-domain"),
        (OWN + 'text_scopes = "page"\n', "text_scopes must be a list of words"),
        (OWN + 'text_scopes = ["body"]\n', "text_scopes must be a list of page, main_text"),
        (OWN + '[silent]\ntrain = "no"\n', "[silent]: train must be one of allow, unknown, deny"),
        (OWN + '[silent]\ntraining = "deny"\n', "[silent]: no key 'training' (allowed: train, display, redistribute)"),
        (OWN + "silent = 3\n", "[silent] must be a table"),
        (OWN + '[licence.mit]\ntrain = "deny"\n', "[licence]: no key 'mit' (allowed: public-domain"),
        (OWN + SIGNAL.replace('id = "x"\n', ""), "id must be words, and is missing"),
        (OWN + SIGNAL.replace('says = ["y"]\n', ""), "says must be a list of patterns"),
        (OWN + SIGNAL.replace('train = "deny"\n', ""), "needs one of train, display, redistribute"),
        (OWN + SIGNAL + 'kinds = ["optout"]\n', "kinds must be a list of optout_signal"),
        (OWN + SIGNAL + 'chanels = ["x"]\n', "did you mean 'channels'?"),
        (OWN + SIGNAL + SIGNAL, "two [[signal]] tables have id 'x'"),
        (HEAD + 'extends = "evidence"\n', "no policy 'evidence'"),
        (HEAD + 'extends = "own.toml"\n', "leads back to itself"),
        (OWN + 'without = ["noai"]\n', "without must be a list of tdm-reservation"),
        (OWN + '[[registry]]\nname = "r"\nkind = "hosts"\npath = "l"\ntrain = "deny"\n', "kind must be one of domains"),
        (OWN + '[[registry]]\nname = "r"\nkind = "domains"\npath = "l"\ntrain = "deny"\n', "cannot be read"),
    ],
)
def test_a_wrong_policy_is_told_by_file_key_and_what_is_allowed(tmp_path: Path, text: str, words: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(RecipeError) as refused:
        load_policy(path)
    assert words in str(refused.value)
    assert "own.toml" in str(refused.value) or "no policy" in words


def test_a_policy_is_what_it_says_wherever_it_lies(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    one, other = load_policy(written(tmp_path, OWN + SIGNAL)), load_policy(written(tmp_path / "b", OWN + SIGNAL))
    assert one.sha256 == other.sha256
    assert one.sha256 != load_policy(written(tmp_path, OWN + SIGNAL.replace("deny", "unknown"))).sha256
    assert load_policy(written(tmp_path, OWN)).json()["signal"] == load_policy("evidence-only").json()["signal"]


def test_what_is_extended_is_taken_over_part_by_part(tmp_path: Path) -> None:
    text = (
        OWN
        + '[silent]\ntrain = "allow"\n[licence.attribution]\ndisplay = "deny"\n'
        + SIGNAL.replace('"x"', '"ai-directive"')
    )
    own, base = load_policy(written(tmp_path, text)), load_policy("evidence-only")
    assert own.silent == {**base.silent, "train": "allow"}
    assert own.licences["attribution"] == {**base.licences["attribution"], "display": "deny"}
    assert [one.id for one in own.signals] == [one.id for one in base.signals]
    assert next(one.says for one in own.signals if one.id == "ai-directive") == ("y",)
    further = written(tmp_path, HEAD.replace("own", "more") + 'extends = "own.toml"\n', "more.toml")
    assert load_policy(further).silent == own.silent


A, B = hashlib.sha256(b"a").hexdigest(), hashlib.sha256(b"b").hexdigest()


@pytest.mark.parametrize(
    ("kind", "lines", "held", "free"),
    [
        ("domains", ["a.example"], {"url": "https://w.A.example:8080/x"}, {"url": "https://ba.example/"}),
        ("domains", ["# list", "xn--fbk.example"], {"url": "https://も.example/"}, {"url": "https://example/"}),
        (
            "url-prefixes",
            ["a.example/blog"],
            {"url": "https://a.example/blog/2024?x=1"},
            {"url": "https://a.example/blogs"},
        ),
        ("url-prefixes", ["https://a.example/"], {"url": "http://a.example/any/where"}, {"url": "http://w.a.example/"}),
        ("url-prefixes", ["a.example/p"], {"url": "https://a.example/p"}, {"url": None}),
        ("text-sha256", [A], {"text_sha256": A}, {"text_sha256": B}),
        ("text-sha256", [A.upper()], {"text_sha256": A}, {}),
        ("payload-sha256", [B], {"payload_sha256": B}, {"text_sha256": B}),
    ],
)
def test_registries(tmp_path: Path, kind: str, lines: list[str], held: dict, free: dict) -> None:
    listed = written(tmp_path, "\n".join(lines) + "\n", "list.txt")
    digest = hashlib.sha256(Path(listed).read_bytes()).hexdigest()
    table = f'[[registry]]\nname = "ours"\nkind = "{kind}"\npath = "list.txt"\nsha256 = "{digest}"\ntrain = "deny"\n'
    policy = load_policy(written(tmp_path, OWN + table))
    found = judge(Page(**held, statements=statements([lic(CC_BY)])), policy)
    assert found.verdicts["train"] == "deny"
    assert any(f"registry-{kind}:" in line and "at registry:ours by ours" in line for line in found.lines())
    assert judge(Page(**free, statements=statements([lic(CC_BY)])), policy).verdicts["train"] == "allow"


@pytest.mark.parametrize(
    ("lines", "sha256", "words"),
    [("a.example\n\n", "", "line 2: an empty line is not a domain"), ("a.example\n", "0" * 64, "was changed since")],
)
def test_wrong_registries(tmp_path: Path, lines: str, sha256: str, words: str) -> None:
    written(tmp_path, lines, "list.txt")
    table = f'[[registry]]\nname = "r"\nkind = "domains"\npath = "list.txt"\nsha256 = "{sha256}"\ntrain = "deny"\n'
    with pytest.raises(RecipeError) as refused:
        load_policy(written(tmp_path, OWN + table.replace('sha256 = ""\n', "")))
    assert words in str(refused.value)


RULE = 'domain = "A.example"\nlicence = "CC-BY-4.0"\nreviewer = "A. Person"\ndate = 2026-11-27\nevidence = "https://a.example/t"\n'


def test_rulings_in_both_forms_are_the_same(tmp_path: Path) -> None:
    toml = load_rulings(written(tmp_path, f"[[rule]]\n{RULE}overrides = true\n", "r.toml"))
    head = "domain,licence,reviewer,date,evidence,overrides,train\n"
    csv = load_rulings(
        written(tmp_path, head + "A.example,CC-BY-4.0,A. Person,2026-11-27,https://a.example/t,true,\n", "r.csv")
    )
    assert toml == csv
    assert list(toml) == ["a.example"]
    assert (toml["a.example"].id, toml["a.example"].date) == ("a.example", "2026-11-27")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (RULE.replace("2026-11-27", '"soon"'), "date must be a date such as 2026-11-27, not 'soon'"),
        (RULE.replace('reviewer = "A. Person"\n', ""), "reviewer must be words, and is missing"),
        (RULE.replace('evidence = "https://a.example/t"\n', ""), "evidence must be words"),
        (RULE.replace('"A.example"', '"a b"'), "domain must be a domain such as example.org"),
        (RULE + 'train = "yes"\n', "train must be one of allow, unknown, deny"),
        (RULE + 'licens = "x"\n', "no key 'licens'"),
        (RULE + "overrides = 1\n", "overrides must be true or false"),
        (RULE + "[[rule]]\n" + RULE, "a.example is ruled about twice"),
    ],
)
def test_a_wrong_ruling_is_told(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(RecipeError) as refused:
        load_rulings(written(tmp_path, "[[rule]]\n" + text, "r.toml"))
    assert words in str(refused.value)
    assert "r.toml" in str(refused.value)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("r.toml", "rules = []\n", "no key 'rules'"),
        ("r.toml", "[[rule", "neither TOML nor CSV"),
        ("r.csv", "domain,licence\na.example\n", "line 2: has other columns"),
        ("r.csv", "domain,licence\na.example,X,Y\n", "line 2: has other columns"),
        ("r.csv", "domain,licence\na.example,X\n", "line 2: reviewer must be words"),
    ],
)
def test_a_wrong_file_of_rulings_is_told(tmp_path: Path, name: str, text: str, words: str) -> None:
    with pytest.raises(RecipeError) as refused:
        load_rulings(written(tmp_path, text, name))
    assert words in str(refused.value)


def test_a_domain_that_is_not_ruled_on_says_nothing(tmp_path: Path) -> None:
    open_yet = 'domain = "b.example"\nlicence = ""\nreviewer = ""\nevidence = ""\ntokens = 5\npages = ["x"]\n'
    assert list(load_rulings(written(tmp_path, f"[[rule]]\n{open_yet}[[rule]]\n{RULE}", "r.toml"))) == ["a.example"]


def test_the_lower_bound_is_wilsons() -> None:
    for right, n, expected in ((0, 10, 0.0), (10, 10, 0.7225), (81, 263, 0.2553), (999, 1000, 0.9943), (1, 1, 0.2065)):
        assert wilson(right, n) == pytest.approx(expected, abs=5e-4)


@pytest.mark.parametrize(
    "text",
    ["", "channel,scope,right,n\n", "channel,scope,n,right\na,b,1\n", "channel,scope,n,right\na,b,1,2\n",
     "channel,scope,n,right\na,b,x,1\n", "channel,scope,n,right\na,b,-1,-1\n", "channel,scope,n,right\na,b,1,1\na,b,2,1\n"],
)  # fmt: skip
def test_a_wrong_calibration_is_told(text: str) -> None:
    with pytest.raises(RecipeError, match=r"labels\.csv"):
        read_calibration(text, "labels.csv")


def test_the_published_calibration_is_one() -> None:
    for measured in published().values():
        assert 0 <= measured.right <= measured.n


def test_the_library_loads_neither_ray_nor_arrow() -> None:
    """In a process of its own: evidence in, verdict out, as a stranger's program does."""
    code = (
        "import sys\n"
        "from yurai.rights import Page, judge, load_policy, statements\n"
        'row = {"kind": "optout_signal", "channel": "tdm-header", "norm": "tdm-reservation=1", "subject_scope": "page"}\n'
        'found = judge(Page(url="https://a.example/", statements=statements([row])), load_policy("evidence-only"))\n'
        'assert found.verdicts["train"] == "deny"\n'
        'assert not {"ray", "pyarrow", "pyarrow.compute", "pandas"} & set(sys.modules)\n'
    )
    subprocess.run([sys.executable, "-c", code], check=True)
