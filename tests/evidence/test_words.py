"""Statements about licences in words: what is a claim, of what, under which id, and what is none; English and Japanese first."""

# ruff: noqa: RUF001 - marks of all scripts are meant
from __future__ import annotations

import pytest

from yurai.evidence.normalise import licence_id
from yurai.evidence.statements import statements
from yurai.evidence.statements.names import names, narrower

OWN = "how tides work | salt harbour notes\nsalt harbour notes\nnotes.saltharbour.example"

NAMES = {
    "CC BY 4.0": "CC-BY-4.0",
    "CC-BY-SA 3.0": "CC-BY-SA-3.0",
    "cc by-nc 2.0": "CC-BY-NC-2.0",
    "CC BY-SA": "LicenseRef-CC-BY-SA-unspecified",
    "CC0 1.0 Universal": "CC0-1.0",
    "Creative Commons Zero v1.0": "CC0-1.0",
    "Creative Commons Public Domain Mark 1.0": "CC-PDM-1.0",
    "Creative Commons Attribution 4.0 International License": "CC-BY-4.0",
    "Creative Commons Attribution-NonCommercial-ShareAlike 3.0 Unported": "CC-BY-NC-SA-3.0",
    "Creative Commons Attribution-Noncommercial-No Derivative Works 3.0 United States": "LicenseRef-CC-BY-NC-ND-3.0-US",
    "Attribution-ShareAlike Creative Commons license": "LicenseRef-CC-BY-SA-unspecified",
    "Creative Commons License 3.0 Germany (CC BY-NC-SA 3.0 DE)": "CC-BY-NC-SA-3.0-DE",
    "Creative Commons Namensnennung - Weitergabe unter gleichen Bedingungen 4.0": "CC-BY-SA-4.0",
    "Creative Commons Reconocimiento-NoComercial 3.0 España": "LicenseRef-CC-BY-NC-3.0-ES",
    "クリエイティブ・コモンズ 表示 - 継承 4.0 国際": "CC-BY-SA-4.0",
    "クリエイティブ・コモンズ・ライセンス（表示4.0 国際）": "CC-BY-4.0",
    "クリエイティブコモンズ 表示-非営利-改変禁止 2.1 日本": "LicenseRef-CC-BY-NC-ND-2.1-JP",
    "CC表示-継承2.1 日本": "CC-BY-SA-2.1-JP",
    "CC表示4.0": "CC-BY-4.0",
    "知识共享署名-非商业性使用 4.0 国际许可协议": "CC-BY-NC-4.0",
    "https://creativecommons.org/licenses/by/3.0/us/": "CC-BY-3.0-US",
    "Open Government Licence v3.0": "OGL-UK-3.0",
    "Open Government Licence": "LicenseRef-OGL-UK-unspecified",
    "Open Government Licence – Canada, version 2.0": "OGL-Canada-2.0",
    "GNU Free Documentation License": "LicenseRef-GFDL-unspecified",
    "GNU Free Documentation License, Version 1.3 or any later version": "GFDL-1.3-or-later",
    "GFDL 1.2": "LicenseRef-GFDL-1.2",
    "Open Database License (ODbL) v1.0": "ODbL-1.0",
    "ODC-By": "ODC-By-1.0",
    "Public Domain Dedication and License": "PDDL-1.0",
    "dl-de/by-2-0": "DL-DE-BY-2.0",
    "Datenlizenz Deutschland – Zero – Version 2.0": "DL-DE-ZERO-2.0",
    "Datenlizenz Deutschland Namensnennung": "LicenseRef-DL-DE-BY-unspecified",
    "Licence Ouverte 2.0": "etalab-2.0",
    "licence Etalab": "LicenseRef-Etalab-unspecified",
    "政府標準利用規約（第2.0版）": "LicenseRef-JP-GSTU-2.0",
    "政府標準利用規約": "LicenseRef-JP-GSTU-unspecified",
    "公共データ利用規約（第１．０版）": "LicenseRef-JP-PDL-1.0",
    "PDL1.0": "LicenseRef-JP-PDL-1.0",
    "パブリック・ドメイン": "LicenseRef-public-domain",
}
ADDRESSES = {
    "https://www.digital.go.jp/resources/open_data/public_data_license_v1.0": "LicenseRef-JP-PDL-1.0",
    "https://www.etalab.gouv.fr/wp-content/uploads/2017/04/ETALAB-Licence-Ouverte-v2.0.pdf": "etalab-2.0",
    "https://github.com/etalab/licence-ouverte/blob/master/LO.md": "etalab-2.0",
    "https://open.canada.ca/en/open-government-licence-canada": "LicenseRef-OGL-Canada-unspecified",
    "https://www.govdata.de/dl-de/zero-2-0": "DL-DE-ZERO-2.0",
    "https://opendatacommons.org/licenses/odbl/1-0/": "ODbL-1.0",
    "http://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/": "OGL-UK-3.0",
    "https://www.gnu.org/licenses/fdl-1.3.html": "LicenseRef-GFDL-1.3",
}
NO_NAMES = (
    "bcc by mail", "cc by the way", "CC: Brian", "ACC BY 3.0", "color #cc0", "OGL v1.0a", "Creative Commons Corporation",
    "Etalab is a department", "the creative commons of our town", "CC 2.0", "MIT License", "表示 4.0",
)  # fmt: skip


@pytest.mark.parametrize("written", NAMES)
def test_names_in_words(written: str) -> None:
    found = [name.id for name in names(f"It is under {written}, as said.") if not name.of_programs]
    assert NAMES[written] in found
    assert all(narrower(other, NAMES[written]) or other == NAMES[written] for other in found)


@pytest.mark.parametrize("address", ADDRESSES)
def test_addresses_of_other_licences(address: str) -> None:
    assert licence_id(address) == ADDRESSES[address]
    assert [name.id for name in names(f"This page is under {address} alone.")] == [ADDRESSES[address]]


@pytest.mark.parametrize("written", NO_NAMES)
def test_words_that_name_no_licence(written: str) -> None:
    assert [name.id for name in names(f"We note {written} here.") if not name.of_programs] == []


CLAIMS = {
    "Text is available under the Creative Commons Attribution-ShareAlike License 4.0; additional terms may apply.": ("CC-BY-SA-4.0", "text"),
    "Content is available under CC BY-SA 3.0 unless otherwise noted.": ("CC-BY-SA-3.0", "text"),
    "Except where otherwise noted, content on this site is licensed under a Creative Commons Attribution 4.0 International license.": ("CC-BY-4.0", "site"),
    "Unless stated otherwise, all content on this website is licensed under CC BY 4.0.": ("CC-BY-4.0", "site"),
    "This website and all documents on it are licensed under CC BY-SA 3.0.": ("CC-BY-SA-3.0", "site"),
    "Our articles are published under CC BY-ND 4.0.": ("CC-BY-ND-4.0", "text"),
    "All text on our blog is released under CC0 1.0.": ("CC0-1.0", "site"),
    "We publish all of our articles under a Creative Commons Attribution 4.0 license.": ("CC-BY-4.0", "site"),
    "This work is licensed under CC BY-NC 4.0.": ("CC-BY-NC-4.0", "page"),
    "This article is distributed under the terms of the Creative Commons Attribution 4.0 International License.": ("CC-BY-4.0", "page"),
    "This is an open access article under the CC BY license.": ("LicenseRef-CC-BY-unspecified", "page"),
    "The content of this page is licensed under the Creative Commons Attribution 4.0 License, and code samples are licensed under the Apache 2.0 License.": ("CC-BY-4.0", "page"),
    "This document may be copied and modified under the terms of the GNU Free Documentation License, Version 1.2 or any later version.": ("GFDL-1.2-or-later", "page"),
    "Permission is granted to copy, distribute and/or modify this document under the terms of the GNU Free Documentation License, Version 1.3.": ("LicenseRef-GFDL-1.3", "page"),
    "All content is available under the Open Government Licence v3.0, except where otherwise stated": ("OGL-UK-3.0", "text"),
    "The text and images on this site are available under CC BY 2.5.": ("CC-BY-2.5", "site"),
    "This book is in the public domain.": ("LicenseRef-public-domain", "page"),
    "User contributions are licensed under cc by-sa 4.0.": ("CC-BY-SA-4.0", "text"),
    "Content on this wiki is licensed under: CC Attribution-Share Alike 4.0 International": ("CC-BY-SA-4.0", "site"),
    "You may republish this article for free under a Creative Commons licence (CC BY-ND 4.0).": ("CC-BY-ND-4.0", "page"),
    "Please feel free to republish our stories under CC BY-ND 4.0.": ("CC-BY-ND-4.0", "text"),
    "Information on this site is in the public domain and may be copied.": ("LicenseRef-public-domain", "site"),
    "Some rights reserved. CC BY-NC-SA 3.0": ("CC-BY-NC-SA-3.0", "implied"),
    "Licensed under CC BY 4.0": ("CC-BY-4.0", "implied"),
    "© 2019 The harbour office. CC BY-SA 4.0": ("CC-BY-SA-4.0", "implied"),
    "License: CC BY 4.0": ("CC-BY-4.0", "implied"),
    "Salt Harbour Notes by A. Tern is licensed under CC BY-SA 4.0.": ("CC-BY-SA-4.0", "page"),
    "Text on notes.saltharbour.example is licensed under CC BY 4.0.": ("CC-BY-4.0", "text"),
    "We license this guide under CC BY 4.0.": ("CC-BY-4.0", "page"),
    "CC BY 4.0 applies to all content on this site.": ("CC-BY-4.0", "site"),
    # Japanese
    "このサイトのコンテンツは、クリエイティブ・コモンズ 表示 4.0 国際 ライセンスの下に提供されています。": ("CC-BY-4.0", "site"),
    "本文書はCC BY-SA 4.0の下で利用できます。": ("CC-BY-SA-4.0", "page"),
    "特に記載のない限り、本サイトの内容はCC BY 4.0で提供しています。": ("CC-BY-4.0", "site"),
    "当サイトのコンテンツは、公共データ利用規約（第1.0版）に基づき利用できます。": ("LicenseRef-JP-PDL-1.0", "site"),
    "当ホームページで公開している情報は、政府標準利用規約（第2.0版）に準拠して利用できます。": ("LicenseRef-JP-GSTU-2.0", "site"),
    "本利用ルールは、政府標準利用規約（第2.0版）に準拠しています。": ("LicenseRef-JP-GSTU-2.0", "site"),
    "本利用ルールは、当サイトの情報について政府標準利用規約（第2.0版）に準拠しています。": ("LicenseRef-JP-GSTU-2.0", "site"),
    "この記事はクリエイティブ・コモンズ 表示-継承 4.0 ライセンスで公開されています。": ("CC-BY-SA-4.0", "page"),
    "この作品はクリエイティブ・コモンズ・ライセンス（表示4.0 国際）の下に提供されています。": ("CC-BY-4.0", "page"),
    "テキストはクリエイティブ・コモンズ 表示-継承ライセンスのもとで利用できます。": ("LicenseRef-CC-BY-SA-unspecified", "text"),
    "当ブログの文章と画像はCC BY 4.0ライセンスです。": ("CC-BY-4.0", "site"),
    "本資料はCC0で公開します。": ("CC0-1.0", "page"),
    "本著作物はパブリックドメインに属します。": ("LicenseRef-public-domain", "page"),
    "本ドキュメントは GNU Free Documentation License 1.3 に基づいて配布されます。": ("LicenseRef-GFDL-1.3", "page"),
    "本サイトの文章はCC BY 4.0で利用できますが、写真は対象外です。": ("CC-BY-4.0", "site"),
    "ライセンス：CC BY 4.0": ("CC-BY-4.0", "implied"),
    # other languages
    "Alle Inhalte dieses Blogs stehen unter der Lizenz CC BY-SA 4.0.": ("CC-BY-SA-4.0", "site"),
    "Soweit nicht anders angegeben, stehen die Texte dieser Website unter CC BY 4.0.": ("CC-BY-4.0", "site"),
    "Dieses Werk ist lizenziert unter einer Creative Commons Namensnennung 3.0 Deutschland Lizenz.": ("CC-BY-3.0-DE", "page"),
    "Sauf mention contraire, tous les contenus de ce site sont sous licence etalab-2.0": ("etalab-2.0", "site"),
    "Cet article est mis à disposition sous licence CC BY-SA 4.0.": ("CC-BY-SA-4.0", "page"),
    "Esta obra está bajo una licencia Creative Commons Reconocimiento 4.0 Internacional.": ("CC-BY-4.0", "page"),
    "El texto está disponible bajo la licencia Creative Commons Atribución-CompartirIgual 4.0.": ("CC-BY-SA-4.0", "text"),
    "本站内容采用 知识共享署名 4.0 国际许可协议 进行许可。": ("CC-BY-4.0", "site"),
    "Este livro está licenciado sob uma Licença Creative Commons Attribution 3.0 Unported.": ("CC-BY-3.0", "page"),
    "Denna bok är licensierad under Creative Commons Attribution-ShareAlike 3.0 Unported.": ("CC-BY-SA-3.0", "page"),
    "Bu kitap, Creative Commons Attribution 3.0 Unported Lisansı altında lisanslanmıştır.": ("CC-BY-3.0", "page"),
    "Die Daten dieser Seite: Datenlizenz Deutschland – Namensnennung – Version 2.0": None,
}  # fmt: skip
OTHERS = {
    # a licence is said, but not of this page's text
    "All photos on this site are licensed under CC BY 4.0.": "picture",
    "The logo is licensed under CC BY-SA 4.0.": "picture",
    "Music is available under CC BY 3.0.": "picture",
    "The dataset is released under CC BY 4.0.": "data",
    "The data is licensed under the ODbL.": "data",
    "Our code samples are released under CC0.": "other",
    "This theme is licensed under CC BY 3.0.": "other",
    "Content from Wikipedia is available under CC BY-SA 4.0.": "other",
    "This article uses material from the Wikipedia article Tide, which is released under CC BY-SA 3.0.": "other",
    "Contains public sector information licensed under the Open Government Licence v3.0.": "other",
    "Some of the content on this site is licensed under CC BY 2.0.": "other",
    "MegaCorpus is distributed under CC BY 4.0.": "other",
    "Icons by A. Tern, licensed under CC BY 3.0.": "picture",
    "本サイトの写真はCC BY 4.0で提供しています。": "picture",
    "このデータセットはCC BY 4.0で公開されています。": "data",
    "Die Bilder in diesem Blog stehen unter einer Creative Commons Namensnennung 3.0 Lizenz.": "picture",
    "地図のアイコンはCC BY 4.0で提供されています。": "picture",
    "潮見百科の記事はCC BY-SA 4.0の下で利用できます。": "other",
}
NO_CLAIMS = (
    # negation
    "This page is not licensed under CC BY 4.0.",
    "This work is not in the public domain.",
    "The content of this site is no longer available under CC BY 4.0.",
    "Content on this site isn't covered by the Open Government Licence v3.0.",
    "CC BY 4.0 does not apply to this page.",
    "このページはCC BY 4.0ではありません。",
    "本サイトの内容はCC BY 4.0では提供されていません。",
    "本記事はパブリックドメインではない。",
    "当サイトの内容に公共データ利用規約（第1.0版）は適用されません。",
    "Dieses Werk steht nicht unter CC BY 4.0.",
    # questions, conditions, plans, advice
    "Is this site licensed under CC BY 4.0?",
    "このサイトはCC BY 4.0で利用できますか？",
    "本サイトの内容はCC BY 4.0で利用できますか。",
    "If this work is licensed under CC BY 4.0, you may copy it.",
    "You should license your text under CC BY 4.0.",
    "How to license this page under CC BY 4.0.",
    "Many sites publish their content under CC BY 4.0.",
    "By saving, you agree that your text will be licensed under CC BY-SA 4.0 and the GFDL.",
    "This page was licensed under CC BY 2.0 until 2012.",
    "This site would be licensed under CC BY 4.0 next year.",
    "記事をCC BY 4.0で公開する場合は、次のように書きます。",
    "投稿者は本サイトへの投稿をCC BY 4.0で利用許諾することに同意したものとします。",
    "本サイトの内容をCC BY 4.0で公開する予定です。",
    "市は、この記事をCC BY 4.0で公開したと発表した。",
    # about licences, and lists of them
    "This article is about the public domain.",
    "CC BY 4.0で公開された論文は自由に利用できます。",
    "Content licensed under CC BY 4.0 can be reused here.",
    "CC BY 4.0 is the most permissive of the six licences.",
    "Creative Commons Attribution lets others copy the work.",
    "CC BY 4.0とは、表示だけを求めるライセンスです。",
    "See the GNU Free Documentation License.",
    "CC BY, CC BY-SA, CC BY-NC",
    "Creative Commons",
    "クリエイティブ・コモンズについて",
    "政府標準利用規約（第2.0版）の解説",
    # metaphors, quotations, pictures' credits
    "His phone number is in the public domain.",
    "The facts are in the public domain.",
    '"This work is licensed under CC BY 4.0" is what you write.',
    "「本サイトの内容はCC BY 4.0で提供しています」と書いてください。",
    "Photo: J. Gull, CC BY 2.0",
    "写真：潮見太郎（CC BY 4.0）",
    # software
    "This program is released under the MIT License.",
    "This site runs on software under the GPL.",
)  # fmt: skip


@pytest.mark.parametrize("sentence", [line for line, claim in CLAIMS.items() if claim])
def test_claims(sentence: str) -> None:
    assert [(one.id, one.subject) for one in statements(sentence, OWN)] == [CLAIMS[sentence]]


@pytest.mark.parametrize("sentence", OTHERS)
def test_claims_of_something_else(sentence: str) -> None:
    assert [one.subject for one in statements(sentence, OWN)] == [OTHERS[sentence]]


@pytest.mark.parametrize("sentence", NO_CLAIMS)
def test_no_claims(sentence: str) -> None:
    assert [(one.id, one.subject) for one in statements(sentence, OWN)] == []
