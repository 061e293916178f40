"""Who is answered: by which name, how often, with which token; and what every answer tells the browser."""

from __future__ import annotations

import signal
import socket
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from run_helpers import YURAI
from served import Served
from yurai.serve.bounds import BODY, BURST, LEAST_TOKEN, QUERY, RATE, TEXT
from yurai.serve.rate import Rate, client_of
from yurai.serve.token import token_of
from yurai_manifests.errors import RecipeError

if TYPE_CHECKING:
    from pathlib import Path

ASKED: Any = {"capture_output": True, "text": True}
TOKEN = "a-token-of-twenty-five-characters"


def test_every_answer_has_the_policy(demo: Served) -> None:
    for path in ("/", "/nowhere", "/static/serve.js", "/document/" + "0" * 32, "/report"):
        headers = demo.ask(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy, path
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "no-referrer"
        assert "server" not in headers


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200),
        ("localhost:8000", 200),
        ("127.0.0.1", 200),
        ("[::1]:9", 200),
        ("evil.example", 421),
        ("127.0.0.1.evil.example", 421),
        ("localhost.evil.example:80", 421),
        ("127.0.0.1@evil.example", 421),
        ("", 421),
    ],
)
def test_a_name_of_others_reaches_nothing(demo: Served, host: str, status: int) -> None:
    assert demo.ask("/", Host=host).status == status


def test_what_is_no_request_of_ours_is_refused(demo: Served) -> None:
    assert demo.ask("/", "DELETE").status == 405
    assert demo.ask("/document/x", "POST", "").status == 405
    assert demo.ask("/search?q=" + "a" * (QUERY + 1)).status == 413
    assert demo.ask("/search?q=" + "a" * 5 * QUERY).status == 414
    assert demo.ask("/documents?after=-1").status == 400
    assert demo.ask("/documents?outcome=other").status == 400
    assert demo.ask("/documents?outcome=dropped&lang=ja").status == 400
    assert demo.ask("/documents?domain=a%20b").status == 400
    assert demo.ask("/report/../../etc/passwd").status == 404
    assert demo.ask("/static/..%2fapp.py").status == 404
    assert demo.ask("/", X="a" * 40_000).status == 431


def test_forms_are_bounded_and_of_this_site(demo: Served) -> None:
    form = {"Content_Type": "application/x-www-form-urlencoded"}
    assert demo.ask("/trace", "POST", "text=a", **form).status == 200
    assert demo.ask("/trace", "POST", "text=" + "a" * (TEXT + 1), **form).status == 413
    assert demo.ask("/trace", "POST", b"x" * (BODY + 1), **form).status == 413
    assert demo.ask("/trace", "POST", b"text=\xff", **form).status == 400
    assert demo.ask("/trace", "POST", "text=a", Origin="https://evil.example", **form).status == 403
    assert demo.ask("/trace", "POST", "text=a", Origin="null", Sec_Fetch_Site="cross-site", **form).status == 403
    assert demo.ask("/trace", "POST", "text=a", Sec_Fetch_Site="cross-site", **form).status == 403
    for own in ({"Origin": demo.url}, {"Origin": "null", "Sec_Fetch_Site": "same-origin"}):
        assert demo.ask("/trace", "POST", "text=a", **own, **form).status == 200


@pytest.mark.parametrize("back", ["//evil.example", "https://evil.example", "/\\evil.example", "/a\r\nSet-Cookie:x"])
def test_the_way_back_leads_nowhere_else(demo: Served, back: str) -> None:
    from urllib.parse import quote

    got = demo.ask(f"/language?to=ja&back={quote(back)}")
    assert (got.status, got.headers["location"]) == (303, "/")
    assert 'lang="ja"' in demo.ask("/", Cookie=got.headers["set-cookie"].partition(";")[0]).text


def test_one_client_is_slowed_and_the_others_are_not(demo: Served) -> None:
    seen = [demo.ask("/static/theme.js", client="127.0.0.7") for _ in range(BURST + 200)]
    slowed = [one for one in seen if one.status != 200]
    assert slowed
    assert {one.status for one in slowed} == {429}
    assert all(int(one.headers["retry-after"]) >= 1 for one in slowed)
    assert demo.ask("/", client="127.0.0.8").status == 200


def test_a_bucket_fills_with_time() -> None:
    now = 0.0
    rate = Rate(lambda: now, rate=2, burst=3, most=2)
    assert [rate.wait("a") for _ in range(4)] == [0, 0, 0, 1]
    now = 0.5
    assert [rate.wait("a"), rate.wait("a")] == [0, 1]
    assert [rate.wait(one) for one in ("b", "c")] == [0, 0]
    assert [rate.wait("a") for _ in range(4)] == [0, 0, 0, 1], "who was heard of longest ago is forgotten"
    assert RATE > 1


def test_a_machine_of_many_addresses_is_one_client() -> None:
    assert client_of("2001:db8::1") == client_of("2001:db8::ffff:1:2:3") != client_of("2001:db8:0:1::1")
    assert client_of("::ffff:192.0.2.1") == client_of("192.0.2.1") != client_of("192.0.2.2")
    assert client_of("fe80::1%eth0") == client_of("fe80::2")


def test_without_the_token_nothing_is_told(demo_tree: Path, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n", "utf-8")
    with Served(demo_tree, "--token-file", str(file)) as served:
        assert TOKEN not in served.said
        for path in ("/", "/documents", "/trace", "/?token=wrong", "/report/lawyer", "/nowhere"):
            got = served.ask(path)
            assert (got.status, got.headers["location"]) == (303, "/login"), path
        assert served.ask("/trace", "POST", "text=a").status == 401
        assert served.ask("/", Authorization=f"Bearer {TOKEN}x").status == 303
        assert served.ask("/", Cookie=f"yurai-serve={TOKEN}").status == 303
        assert served.ask("/", Authorization=f"Bearer {TOKEN}").status == 200
        wrong = served.ask("/login", "POST", "token=no")
        assert (wrong.status, "shiomihara" in wrong.text) == (401, False)
        for got in (served.ask(f"/?token={TOKEN}"), served.ask("/login", "POST", f"token={TOKEN}")):
            assert (got.status, got.headers["location"]) == (303, "/")
            cookie = got.headers["set-cookie"]
            assert TOKEN not in cookie
            assert {"httponly", "samesite=strict"} <= set(cookie.lower().replace(" ", "").split(";"))
            assert served.ask("/documents", Cookie=cookie.partition(";")[0]).status == 200


def test_beyond_loopback_a_token_is_made_and_asked_for(demo_tree: Path) -> None:
    with Served(demo_tree, "--host", "0.0.0.0", "--name", "corpus.example") as served:
        token = served.said.partition("?token=")[2]
        assert len(token) >= LEAST_TOKEN
        assert served.ask("/").status == 303
        assert served.ask("/", Host="corpus.example", Authorization=f"Bearer {token}").status == 200
        assert served.ask("/", Host="evil.example", Authorization=f"Bearer {token}").status == 421
        code, told = served.end(signal.SIGTERM)
    assert (code, "TLS" in told) == (143, True)


def test_a_token_is_long_and_one_word(tmp_path: Path) -> None:
    for text in ("short", "two words of one line long", "ありがとうありがとうありがとう", ""):
        (tmp_path / "token").write_text(text, "utf-8")
        with pytest.raises(RecipeError, match="--token-file"):
            token_of(str(tmp_path / "token"))
    with pytest.raises(RecipeError, match="cannot be read"):
        token_of(str(tmp_path / "none"))
    assert token_of(None) != token_of(None)


def test_it_ends_as_other_commands_do(demo_tree: Path) -> None:
    with Served(demo_tree) as served:
        assert served.ask("/").status == 200
        code, told = served.end()
    assert (code, "Traceback" in told) == (130, False)


def test_a_port_that_is_taken_is_one_line(demo_tree: Path, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        ended = subprocess.run([*YURAI, "serve", str(demo_tree), "--port", port], check=False, **ASKED)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.count("\n") == 1
    assert f"port {port} of 127.0.0.1 is taken" in ended.stderr
    wrong = subprocess.run([*YURAI, "serve", str(tmp_path)], check=False, **ASKED)
    assert (wrong.returncode, wrong.stderr.startswith("RecipeError: ")) == (2, True)
