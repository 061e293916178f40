"""Notices of manuals in more languages: names of the GFDL and of Creative Commons, and what they are said of."""

# ruff: noqa: RUF001 - letters of all scripts are meant
from __future__ import annotations

import pytest

from yurai.evidence import page_evidence
from yurai.evidence.comments import comment_marks
from yurai.evidence.statements import statements

URL = "https://site.example/manual/1.html"


def named(sentence: str) -> list[tuple[str | None, str]]:
    return [(one.id, one.subject) for one in statements(sentence)]


@pytest.mark.parametrize(
    ("sentence", "licence"),
    [
        ("Dieses Handbuch steht unter der GNU-Lizenz für freie Dokumentation.", "LicenseRef-GFDL-unspecified"),
        ("Dieser Text steht unter der GNU Free Documentation Lizenz, Version 1.2.", "LicenseRef-GFDL-1.2"),
        ("Ce document est publié sous la licence de documentation libre GNU.", "LicenseRef-GFDL-unspecified"),
        ("Ce document est publié sous la licence GNU FDL, version 1.3 ou ultérieure.", "GFDL-1.3-or-later"),
        ("Este documento se publica bajo la Licencia de Documentación Libre de GNU.", "LicenseRef-GFDL-unspecified"),
        (
            (
                "Este documento puede copiarse bajo los términos de la Licencia de Documentación Libre de GNU, versión 1.2 "
                "o cualquier versión posterior."
            ),
            "GFDL-1.2-or-later",
        ),
        (
            (
                "Aquest document es distribueix sota els termes de la Llicència de Documentació Lliure de GNU, versió 1.3 o "
                "qualsevol posterior."
            ),
            "GFDL-1.3-or-later",
        ),
        ("Questo manuale è pubblicato sotto la Licenza per documentazione libera GNU.", "LicenseRef-GFDL-unspecified"),
        ("本書は GNU フリー文書利用許諾契約書の下で公開されています。", "LicenseRef-GFDL-unspecified"),
        (
            "GNU フリー文書利用許諾契約書 バージョン 1.3 またはそれ以降に従い、この文書を複製する許可を与えます。",
            "GFDL-1.3-or-later",
        ),
        (
            (
                "Ezt a könyvet a GNU Free Documentation License (Szabad Dokumentációs Licenc) 1.2-es vagy újabb változatának "
                "megfelelően lehet terjeszteni."
            ),
            "GFDL-1.2-or-later",
        ),
        ("本文档采用 GNU 自由文档许可证发布。", "LicenseRef-GFDL-unspecified"),
        ("本文件採用 GNU自由文檔許可證發布。", "LicenseRef-GFDL-unspecified"),
        ("Cet article est sous licence Creative Commons Paternité-Partage à l'identique 3.0.", "CC-BY-SA-3.0"),
        (
            (
                "Cet article est sous licence Creative Commons Attribution - Partage dans des conditions identiques à "
                "l’initiale 3.0 non transposée."
            ),
            "CC-BY-SA-3.0",
        ),
    ],
)
def test_licences_of_documents(sentence: str, licence: str) -> None:
    found = named(sentence)
    assert [one for one, _ in found] == [licence]
    page = page_evidence(f"<html><body><p>{sentence}</p></body></html>".encode(), url=URL)
    assert [mark.norm for mark in page.marks if mark.kind == "licence_claim"] == [licence]


@pytest.mark.parametrize(
    "sentence",
    [
        "GNU フリー文書利用許諾契約書に従う限り、このソフトウェアの文書を複製できるかどうかを調べます。",
        "GNU フリー文書利用許諾契約書は Debian では自由ではないと言われた。",
        "Die GNU-Lizenz für freie Dokumentation ist eine Lizenz für Handbücher.",
        "Ez a könyv a szabad szoftverekről szól.",
        "La Licencia de Documentación Libre de GNU fue publicada en 2000.",
        "Wikipedia used the GNU Free Documentation License until 2009.",
    ],
)
def test_a_mention_claims_nothing(sentence: str) -> None:
    page = page_evidence(f"<html><body><p>{sentence}</p></body></html>".encode(), url=URL)
    assert page.declared_spdx is None
    assert not [mark for mark in page.marks if mark.kind == "licence_claim" and mark.scope in ("page", "main_text")]


@pytest.mark.parametrize(
    ("comment", "norms"),
    [
        (
            (
                "\nCopyright (C) 2020 著者一同\n\nGNU フリー文書利用許諾契約書バージョン 1.1 またはその後のバージョンの約定に従う限り、"
                "このドキュメントを複製、変更する許可を与えます。\n"
            ),
            ["GFDL-1.1-or-later"],
        ),
        (
            "Ezt a dokumentumot a GNU Free Documentation License 1.3-as vagy frissebb verziójának megfelelően lehet másolni.",
            ["GFDL-1.3-or-later"],
        ),
        ("This document is under the GNU Free Documentation License 1.3.--!", ["LicenseRef-GFDL-1.3"]),
        ("This document is under the GNU Free Documentation License.<br>", []),  # markup that was taken out
        ("GNU フリー文書利用許諾契約書に従う限り、このテーマを複製する許可を与えます。", []),
    ],
)
@pytest.mark.parametrize("end", ["-->", "--!>", ""])
def test_notices_in_comments(comment: str, norms: list[str], end: str) -> None:
    markup = f"<html><!--{comment}{end}".encode()
    assert [mark.norm for mark in comment_marks(markup) if mark.kind == "licence_claim"] == norms
    assert [*comment_marks(markup)] == [*comment_marks(markup)]


@pytest.mark.parametrize(
    ("behind", "found"),
    [
        ("", False),
        ("\n \x0b\n", False),
        ('\n<meta name="robots" content="noai">', True),
        ('\x0b<META NAME="robots" CONTENT="noai">', True),
        ("<p>No part of this site may be used to train AI models.</p>", True),
        ("<!-- made in 3 ms -->", False),
    ],
)
@pytest.mark.parametrize("end", ["</html>", "</HTML >", "</Html\x0b>"])
def test_reservations_behind_the_end(end: str, behind: str, found: bool) -> None:
    page = page_evidence(f"<html><body><p>Text.</p></body>{end}{behind}".encode(), url=URL)
    assert page.reserved is found
