"""Words that reserve rights or take a licence back, on pages with and without a licence; payment for reading."""

# ruff: noqa: RUF001 - letters of all scripts are meant

from __future__ import annotations

import pytest

from evidence_pages import BY, body, head, marks
from yurai.evidence import declared
from yurai.evidence.first_look import RESERVED_PIECES, first_look

RESERVED = "all-rights-reserved"
PHRASES = (
    "© 2020 A. All rights reserved.", "© A ALL RIGHTS RESERVED", "All&nbsp;Rights&nbsp;Reserved", "All <b>rights</b> reserved",
    "All\n rights\n reserved.", "Alle Rechte vorbehalten", "Tous droits réservés", "Tous droits r&eacute;serv&eacute;s",
    "Todos los derechos reservados", "Todos os direitos reservados", "Tutti i diritti riservati", "Alle rechten voorbehouden",
    "Wszelkie prawa zastrzeżone", "Все права защищены", "Všechna práva vyhrazena", "Kaikki oikeudet pidätetään",
    "Minden jog fenntartva", "Toate drepturile rezervate", "Tüm hakları saklıdır", "جميع الحقوق محفوظة", "כל הזכויות שמורות",
    "無断転載禁止", "禁無断転載", "無断での複製・転載を禁じます", "記事の転載を禁止します", "&#28961;&#26029;&#36578;&#36617;&#12434;&#31105;&#12378;",
    "版权所有 © 2012", "版權所有 不得轉載", "未经授权，禁止转载", "무단전재 및 재배포 금지", "무단 전재 금지",
)  # fmt: skip


@pytest.mark.parametrize("phrase", PHRASES)
def test_words_that_reserve_all_rights(phrase: str) -> None:
    (mark,) = marks(body(f"<p>Text of the page.</p><footer><p>{phrase}</p></footer>"))
    assert (mark.kind, mark.channel, mark.norm, mark.scope, mark.place) == (
        "notice", "text", RESERVED, "site", "footer",
    )  # fmt: skip


@pytest.mark.parametrize(
    "page",
    [
        body("<p>Text.</p><script>var note = '© 2020 All rights reserved';</script>"),
        body("<p>Text.</p><!-- © All rights reserved -->"),
        body("<style>/* All rights reserved */</style><p>Text.</p>"),
        body("<p>Some rights reserved.</p>"),
        body("<p>Not all rights reserved.</p>"),
        body(
            f"<p>{'He wrote of laws and of men at length. ' * 5}The words all rights reserved mean little here, {'said he. ' * 30}</p>"
        ),
        body("<p>The table is reserved.</p>"),
    ],
)
def test_words_that_reserve_nothing(page: str) -> None:
    assert not marks(page)


@pytest.mark.parametrize(
    ("page", "scope"),
    [
        ("<p>© A. All rights reserved.</p>", "page"),
        ("<article><p>© A. All rights reserved.</p></article>", "page"),
        ("<footer>© A. All rights reserved.</footer>", "site"),
        ("<aside>© A. All rights reserved.</aside>", "site"),
        ("<figure><figcaption>© A. All rights reserved.</figcaption></figure>", "embedded"),
        ("<blockquote>© A. All rights reserved.</blockquote>", "embedded"),
        ('<div class="comment">© A. All rights reserved.</div>', "unknown"),
    ],
)
def test_where_words_stand_says_of_what(page: str, scope: str) -> None:
    assert [(mark.norm, mark.scope) for mark in marks(body(page))] == [(RESERVED, scope)]


def test_attribution_that_is_asked_for_reserves_nothing() -> None:
    (mark,) = marks(body("<p>转载请注明出处</p>"))
    assert (mark.kind, mark.norm) == ("notice", "attribution-requested")


def test_exceptions_are_noted_beside_a_licence_alone() -> None:
    words = "<p>Except where otherwise noted, prices are in euros.</p>"
    assert not marks(body(words))
    found = marks(body(f"{words}<p><a rel=license href='{BY}'>x</a></p>"))
    assert "except-where-noted" in {mark.norm for mark in found if mark.kind == "notice"}


@pytest.mark.parametrize(
    ("page", "licence"),
    [
        ("<footer>© A. All rights reserved. <a rel=license href='{}'><img src=b></a></footer>", None),
        ("<footer><p>© A. All rights reserved.</p><p><a href='{}'>CC BY</a></p></footer>", None),
        ("<footer>© A. All rights reserved.</footer><p><a rel=license href='{}'>x</a></p>", "CC-BY-4.0"),
        ("<footer>© A. All rights reserved. Content is licensed under <a rel=license href='{}'>x</a></footer>", "CC-BY-4.0"),
        ("<figure><figcaption>© A. All rights reserved.</figcaption></figure><footer><a rel=license href='{}'>x</a></footer>", "CC-BY-4.0"),
    ],
)  # fmt: skip
def test_the_same_footer_takes_a_claim_back(page: str, licence: str | None) -> None:
    found = marks(body(page.format(BY)))
    assert declared(found)[0] == licence
    assert RESERVED in {mark.norm for mark in found}


def test_rights_in_meta_elements() -> None:
    said = {
        '<meta name="copyright" content="(c) A B">': None,
        '<meta name="DC.rights" content="All rights reserved">': RESERVED,
        '<meta name="rights" content="Alle Rechte vorbehalten, A GmbH">': RESERVED,
        '<meta name="copyright" content="版权所有">': RESERVED,
    }
    for written, norm in said.items():
        (mark,) = marks(head(written))
        assert (mark.kind, mark.channel, mark.norm) == ("notice", "meta", norm)


@pytest.mark.parametrize("value", ["false", '"False"', '{"@value": false}'])
def test_a_page_to_pay_for(value: str) -> None:
    script = f'{{"@type": "NewsArticle", "isAccessibleForFree": {value}}}'
    (mark,) = marks(head(f'<script type="application/ld+json">{script}</script>'))
    assert (mark.kind, mark.norm, mark.scope) == ("notice", "paywalled", "page")
    assert not marks(
        head('<script type="application/ld+json">{"@type": "Article", "isAccessibleForFree": true}</script>')
    )


def test_one_look_sees_each_piece() -> None:
    assert first_look(b"<p>plain</p>") == frozenset()
    for piece in RESERVED_PIECES:
        assert piece in first_look(f"<p>{'x' * 5000} {piece.upper()}{piece}</p>".encode())
    every = first_look(f"{' '.join(RESERVED_PIECES)} rel=license ld+json rdf:resource itemprop=license".encode())
    assert every >= {*RESERVED_PIECES, "link", "script", "rdf", "property"}
