"""Stage select hears tdmrep.json, ai.txt and answers with status 402, by the origin or host that they speak for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rights_corpora import P, by_url, corpus, recipe
from run_helpers import assert_whole, run
from warc_samples import http, warc_record

if TYPE_CHECKING:
    from pathlib import Path

TDM = b'[{"location": "/free/", "tdm-reservation": 0}, {"location": "/", "tdm-reservation": 1}]'
AI = b"User-agent: *\nDisallow: *.html\n"


def record(number: int, url: str, body: bytes, status: str = "HTTP/1.1 200 OK") -> bytes:
    block = http(body, "Content-Type: application/json", "crawler-price: USD 0.01", status=status)
    return warc_record("response", number, block, WARC_Target_URI=url)


EXTRA = [
    record(90, "https://tdm.example/.well-known/tdmrep.json", TDM),
    record(91, "https://ai.example/ai.txt", AI),
    record(92, "https://paid.example/some/page", b"pay", "HTTP/1.1 402 Payment Required"),
]
PAGES = [
    P("one", "https://tdm.example/a"),
    P("two", "https://tdm.example/free/a"),
    P("three", "https://tdm.example/b", headers=("TDM-Reservation: 0",)),
    P("four", "https://ai.example/a"),
    P("five", "https://paid.example/a"),
    P("six", "https://else.example/a"),
    P("seven", "http://tdm.example/c"),
]


@pytest.mark.parametrize(
    ("policy", "verdicts"),
    [
        ("evidence-only", "unknown unknown unknown unknown unknown unknown unknown"),
        ("robots-asof", "deny unknown deny deny unknown unknown unknown"),
        ("robots-strictest", "deny unknown deny deny unknown unknown deny"),
        ("eu-dsm4-signals", "deny allow allow deny unknown unknown unknown"),
    ],
)
def test_verdicts_and_reasons(tmp_path: Path, policy: str, verdicts: str) -> None:
    out = tmp_path / "out"
    stages = recipe({"use": "select", "policy": policy})
    ended = run(out, [corpus(tmp_path / "in/x.warc.gz", PAGES, EXTRA)], recipe=stages)
    assert_whole(out, ended.digest)
    found = by_url(out, "train_verdict")
    assert [found[one.url] for one in PAGES] == verdicts.split()
    reasons = by_url(out, "verdict_reasons")
    if policy == "robots-strictest":
        assert [line.partition(" at robots:x.warc.gz@")[0] for line in reasons["https://tdm.example/a"]] == [
            "deny train: tdm-file:tdm-reservation=1"
        ]
        assert "disallow:*" in reasons["https://ai.example/a"][0]
        assert "http-402:payment-required" in reasons["https://paid.example/a"][0]
