"""Licences for programs said of documents, notices in comments, Creative Commons without a kind, and no cap on words."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from cost import grows_linearly
from yurai.evidence import header_marks, page_evidence
from yurai.evidence.comments import comment_marks
from yurai.evidence.robots import Captures, read_robots
from yurai.evidence.statements import statements

if TYPE_CHECKING:
    from collections.abc import Callable

URL = "https://example.org/a"
KINDLESS = "LicenseRef-CC-unspecified"
OF_DOCUMENTS = {
    "This page is licensed under the Python Software Foundation License Version 2.": "PSF-2.0",
    "This document is available under the Apache License, Version 2.0.": "Apache-2.0",
    "この文書は Apache License 2.0 のもとで提供されています。": "Apache-2.0",
    "The documentation is released under the MIT license.": "MIT",
    "This manual may be copied under the terms of the GNU General Public License, version 2 or later.": "GPL-2.0-or-later",
    "This handbook is distributed under the GPLv3.": "LicenseRef-GPL-3.0",
    "This guide is licensed under the 2-clause BSD license.": "BSD-2-Clause",
    "Dieses Handbuch ist unter der Mozilla Public License 2.0 veröffentlicht.": "MPL-2.0",
    "The content of this site is licensed under the Apache License 2.0.": "Apache-2.0",
    "This book is published under the Artistic License 2.0.": "Artistic-2.0",
    "These docs are licensed under the Eclipse Public License 2.0.": "EPL-2.0",
    "This tutorial is licensed under the Zero-Clause BSD license.": "0BSD",
}
OF_PROGRAMS = (
    "This program is free software; you can redistribute it under the terms of the GNU General Public License.",
    "Licensed under the MIT license.",
    "The code on this page is licensed under the MIT license.",
    "This page's source code is licensed under the Apache License 2.0.",
    "This text editor is licensed under the GPLv3.",
    "This document class is distributed under the GPL.",
    "Code samples in this guide are licensed under the Apache License 2.0.",
    "This documentation is available at MIT.",
    "This manual describes a tool that is licensed under the GPL.",
    "This page uses jQuery, released under the MIT license.",
    "This article is not licensed under the MIT license.",
)


@pytest.mark.parametrize("sentence", OF_DOCUMENTS)
def test_a_document_stands_under_a_licence_for_programs(sentence: str) -> None:
    found = page_evidence(f"<p>{sentence}</p>".encode(), [("Content-Type", "text/html; charset=utf-8")], url=URL)
    assert found.declared_spdx == OF_DOCUMENTS[sentence]


@pytest.mark.parametrize("sentence", OF_PROGRAMS)
def test_a_licence_of_a_program_is_not_one_of_the_page(sentence: str) -> None:
    assert not list(statements(sentence))
    assert page_evidence(f"<p>{sentence}</p>".encode(), url=URL).declared_spdx is None


def test_a_licence_for_programs_yields_to_one_of_documents() -> None:
    body = b"<p>This manual is under CC BY-SA 4.0.</p><p>This manual is licensed under the GPLv3 or later.</p>"
    assert page_evidence(body, url=URL).declared_spdx == "CC-BY-SA-4.0"


GFDL = "Permission is granted to copy, distribute and/or modify this document under the terms of the GNU Free "
IN_COMMENTS = {
    f"{GFDL}Documentation License, Version 1.3 or any later version.": "GFDL-1.3-or-later",
    f"{GFDL}Documentation\nLicense, Version 1.2 or any later version; with no Invariant\nSections.": "GFDL-1.2-no-invariants-or-later",
    "This manual is for x.\n\nThis document is licensed under CC BY 4.0.": "CC-BY-4.0",
    "This document has been placed in the public domain.": "LicenseRef-public-domain",
    "Questo documento è stato posto nel pubblico dominio.": "LicenseRef-public-domain",
    "Ce document a été placé dans le domaine public.": "LicenseRef-public-domain",
    "Este documento ha sido puesto en el dominio público.": "LicenseRef-public-domain",
    "Este documento foi colocado em domínio público.": "LicenseRef-public-domain",
    "This manual is licensed under the GPLv3 or later.": "GPL-3.0-or-later",
    "この文書は CC BY 4.0 のもとで提供されています。": "CC-BY-4.0",
}
OF_OTHERS = (
    "This work is licensed under CC BY 3.0.",
    "Template by X, released for free under the Creative Commons Attribution 3.0 license",
    "Icons: CC BY 4.0, Code: MIT License",
    "This website is powered by T, a free framework licensed under GNU/GPL.",
    '<p>This document is licensed under <a href="/l">CC BY 4.0</a>.</p>',
    "[if IE]> This document is licensed under CC BY 4.0. <![endif]",
)


@pytest.mark.parametrize("comment", IN_COMMENTS)
@pytest.mark.parametrize("place", ["<!DOCTYPE html>{}<html><body>x</body></html>", "<html><body>x{}</body></html>"])
def test_notices_of_the_document_in_comments(comment: str, place: str) -> None:
    body = place.format(f"<!-- {comment} -->").encode()
    found = page_evidence(body, [("Content-Type", "text/html; charset=utf-8")], url=URL)
    assert (found.declared_spdx, found.licence_scope) == (IN_COMMENTS[comment], "page")


@pytest.mark.parametrize("comment", OF_OTHERS)
def test_comments_of_templates_and_markup_claim_nothing(comment: str) -> None:
    assert not list(comment_marks(f"<html><!-- {comment} --><body>x</body></html>".encode()))


@pytest.mark.parametrize("box", ["script", "style", "svg", "template", "textarea"])
def test_comments_in_what_is_not_the_page_claim_nothing(box: str) -> None:
    comment = "<!-- This document is licensed under CC BY 4.0. -->"
    assert not list(comment_marks(f"<body><{box}>{comment}</{box}>x</body>".encode()))
    assert list(comment_marks(f"<body><{box}></{box}>{comment}x</body>".encode()))


def test_a_reservation_in_a_comment_is_a_notice() -> None:
    (mark,) = comment_marks(b"<!-- You may not use this site to train AI. -->")
    assert (mark.kind, mark.norm) == ("notice", "reserved-in-words")


@pytest.mark.parametrize("unit", ["<!-- this document, MIT license -->", "<script><!-- creative commons", "<!--"])
def test_cost_of_comments_is_linear(unit: str) -> None:
    def prepare(count: int) -> Callable[[], object]:
        markup = (unit * count).encode()
        return lambda: list(comment_marks(markup))

    assert grows_linearly(prepare, 500)


@pytest.mark.parametrize(
    "body",
    [
        "<footer>Content is available under a Creative Commons license.</footer>",
        "<article><p>This article is published under a Creative Commons licence.</p></article>",
        '<link rel="license" href="https://creativecommons.org/">',
        '<footer><a rel="license" href="https://creativecommons.org/licenses/">licence</a></footer>',
        "<footer>このサイトのコンテンツはクリエイティブ・コモンズ・ライセンスの下で提供されています。</footer>",
    ],
)
def test_creative_commons_without_a_kind(body: str) -> None:
    found = page_evidence(body.encode(), [("Content-Type", "text/html; charset=utf-8")], url=URL)
    assert found.declared_spdx == KINDLESS
    judgement = found.judge("evidence-only")
    assert (judgement.conclusion.spdx, judgement.conclusion.status) == ("NOASSERTION", "noassertion")


def test_any_licence_that_is_named_says_more() -> None:
    body = (
        "<p>This article is published under a Creative Commons licence.</p>"
        '<footer><a rel="license" href="https://creativecommons.org/licenses/by/4.0/">CC BY</a></footer>'
    )
    assert page_evidence(body.encode(), url=URL).declared_spdx == "CC-BY-4.0"


NO_AI = "Text and data mining and the training of AI models on this article are prohibited."


@pytest.mark.parametrize("key", ["copyrightNotice", "usageInfo", "conditionsOfAccess"])
@pytest.mark.parametrize(
    "make",
    [
        lambda said: json.dumps({"@type": "Article", "articleBody": "x" * 600_000} | said),
        lambda said: json.dumps({"@graph": [{"n": at} for at in range(6_000)] + [said]}),
        lambda said: json.dumps({"@type": "Article"} | said)[:-1] + ",,}",
    ],
    ids=["long", "many", "broken"],
)
def test_a_reservation_in_json_ld_is_lost_to_no_cap(key: str, make: Callable[[dict[str, str]], str]) -> None:
    script = f'<script type="application/ld+json">{make({key: NO_AI})}</script>'
    assert page_evidence(f"<head>{script}</head><p>x</p>".encode(), url=URL).reserved


def test_a_reservation_in_one_script_of_many_is_found() -> None:
    scripts = [f'<script type="application/ld+json">{{"n": {at}}}</script>' for at in range(100)]
    scripts[50] = f'<script type="application/ld+json">{json.dumps({"usageInfo": NO_AI})}</script>'
    assert page_evidence("".join(scripts).encode(), url=URL).reserved


@pytest.mark.parametrize("name", ["X-Robots-Tag", "Content-Usage", "Content-Signal"])
def test_a_reservation_behind_a_long_value_of_a_header_is_found(name: str) -> None:
    said = {"X-Robots-Tag": "noai", "Content-Usage": "train-ai=n", "Content-Signal": "ai-train=no"}[name]
    (mark,) = [one for one in header_marks([(name, "search=yes, " * 20_000 + said)]) if one.reserves]
    assert said in (mark.norm or "").split(",")


@pytest.mark.parametrize("said", ["train-ai=no", "train-ai=0", 'train-ai="n"', "train-ai=false", "train-ai=n"])
def test_a_preference_counts_alike_in_robots_and_in_a_header(said: str) -> None:
    header = page_evidence(b"<p>x", [("Content-Usage", said)], url=URL)
    robots = page_evidence(b"<p>x", url=URL, robots=f"User-agent: *\nContent-Usage: {said}\n")
    assert (header.reserved, robots.reserved) == (True, True)
    assert header.judge().verdicts["train"] == robots.judge("robots-asof").verdicts["train"]


@pytest.mark.parametrize("said", ["train-ai=y", "train-ai=maybe", "search=n"])
def test_a_preference_that_does_not_forbid_training_reserves_nothing_in_robots(said: str) -> None:
    capture = read_robots(f"User-agent: *\nContent-Usage: {said}\n".encode(), "https://example.org/robots.txt")
    assert capture is not None
    assert not page_evidence(b"<p>x", url=URL, robots=capture.rules).reserved
    assert Captures([]).asof(URL, None).status == "absent"
