"""Pages in six languages and their charsets, for the tests of the gate. Texts: Universal Declaration of Human Rights."""

# ruff: noqa: RUF001 - letters and marks of other scripts are what the gate tells apart

from __future__ import annotations

from typing import Final

TEXTS: Final = {
    "ja": (
        "すべての人間は、生まれながらにして自由であり、かつ、尊厳と権利とについて平等である。",
        "人間は、理性と良心とを授けられており、互いに同胞の精神をもって行動しなければならない。",
        "すべて人は、生命、自由及び身体の安全に対する権利を有する。何人も、奴隷にされ、又は苦役に服することはない。",
    ),
    "zh": (
        "人人生而自由，在尊严和权利上一律平等。他们赋有理性和良心，并应以兄弟关系的精神相对待。",
        "人人有权享有生命、自由和人身安全。任何人不得使为奴隶或奴役；一切形式的奴隶制度和奴隶买卖，均应予以禁止。",
        "人人有资格享有本宣言所载的一切权利和自由，不分种族、肤色、性别、语言、宗教、政治或其他见解。",
    ),
    "ko": (
        "모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다.",
        "인간은 천부적으로 이성과 양심을 부여받았으며 서로 형제애의 정신으로 행동하여야 한다.",
        "모든 사람은 생명과 신체의 자유와 안전에 대한 권리를 가진다. 어느 누구도 노예상태에 놓여지지 아니한다.",
    ),
    "en": (
        "All human beings are born free and equal in dignity and rights.",
        "They are endowed with reason and conscience and should act towards one another in a spirit of brotherhood.",
        "Everyone has the right to life, liberty and security of person. No one shall be held in slavery or servitude.",
    ),
    "ru": (
        "Все люди рождаются свободными и равными в своем достоинстве и правах.",
        "Они наделены разумом и совестью и должны поступать в отношении друг друга в духе братства.",
        "Каждый человек имеет право на жизнь, на свободу и на личную неприкосновенность.",
    ),
    "de": (
        "Alle Menschen sind frei und gleich an Würde und Rechten geboren.",
        "Sie sind mit Vernunft und Gewissen begabt und sollen einander im Geist der Brüderlichkeit begegnen.",
        "Jeder hat das Recht auf Leben, Freiheit und Sicherheit der Person. Niemand darf in Sklaverei gehalten werden.",
    ),
}
CHARSETS: Final = {
    "ja": ("utf-8", "euc-jp", "shift_jis", "iso-2022-jp", "utf-16"),
    "zh": ("utf-8", "gb18030", "utf-16"),
    "ko": ("utf-8", "euc-kr", "utf-16"),
    "en": ("utf-8", "windows-1252", "utf-16"),
    "ru": ("utf-8", "koi8-r", "windows-1251", "utf-16"),
    "de": ("utf-8", "iso-8859-1", "utf-16"),
}


def text(language: str, times: int = 3) -> str:
    """Paragraphs of a language, as markup."""
    return "".join(f"<p>{sentence}</p>" for sentence in TEXTS[language] * times)


def html(body: str, head: str = "") -> str:
    return f"<!doctype html><html><head><title>1</title>{head}</head><body>{body}</body></html>"
