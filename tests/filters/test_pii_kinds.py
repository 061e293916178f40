"""Personal data of the kinds that need a label, an area or a check digit, in the forms that pages give it; laws, cost."""

# ruff: noqa: RUF001 - full-width forms and other dashes are what is tested
from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cost import grows_linearly
from yurai_filters.pii import ALL, BASIC, KINDS, PLACEHOLDERS, REPORTED, Kind, find, redact, redact_all
from yurai_filters.pii import national_id as check
from yurai_filters.pii.labelled import RULES

LINES = (Path(__file__).parents[1] / "data/pii_kinds.tsv").read_text("utf-8").splitlines()
MARKED = [
    (kind, text.replace("\\n", "\n").replace("\\t", "\t")) for kind, _, text in (x.partition("\t") for x in LINES)
]
NONE = "-"
TO_WIDE = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)})


def plain(marked: str) -> str:
    return marked.replace("⟦", "").replace("⟧", "")


def values(marked: str) -> list[str]:
    return re.findall("⟦(.*?)⟧", marked, re.DOTALL)


def found(text: str, kind: str) -> list[str]:
    return [text[span.start : span.end] for span in find(text) if kind in (NONE, span.kind)]


@pytest.mark.parametrize(("kind", "marked"), MARKED, ids=[f"{kind}: {text[:40]!r}" for kind, text in MARKED])
def test_each_sentence(kind: str, marked: str) -> None:
    assert found(plain(marked), kind) == values(marked)


def test_the_sentences_cover_every_kind() -> None:
    counts = Counter(kind for kind, _ in MARKED)
    assert len(MARKED) >= 400
    assert counts[NONE] >= 150
    assert all(counts[kind] >= 8 for kind in KINDS if kind not in ("iban", "ip"))


AROUND = (
    "{}",
    "以下に記す。{}",
    "（{}）",
    "・{}\n",
    "| {} |",
    "「{}」と書かれていた。",
    "\u200b{}",
    "お知らせ\n\n{}\n以上",
)
LABELLED = [(kind, text) for kind, text in MARKED if kind not in (NONE, "email", "postal", "address")]


@pytest.mark.parametrize("around", AROUND)
def test_what_stands_around_changes_nothing(around: str) -> None:
    for kind, marked in LABELLED:
        if "\t" not in marked and "|" not in marked:
            assert found(around.format(plain(marked)), kind) == values(marked), (around, marked)


def test_wide_letters_and_digits_are_read_as_narrow_ones() -> None:
    for kind, marked in LABELLED:
        if kind not in ("ip", "phone"):
            wide = marked.translate(TO_WIDE)
            assert found(plain(wide), kind) == values(wide), wide


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in BASIC])
def test_without_its_label_a_number_stays(kind: Kind) -> None:
    if kind in ("postal", "address"):
        return
    for _, marked in (row for row in MARKED if row[0] == kind):
        for value in values(marked):
            text = f"資料の{value}を見る"
            assert not [one for one in find(text, [kind]) if one.kind == kind], text


@pytest.mark.parametrize("word", ["注文番号", "伝票番号：", "追跡番号 ", "受付番号", "管理番号 ", "商品コード："])
def test_a_label_of_another_number_wins_when_it_is_nearer(word: str) -> None:
    for kind, marked in LABELLED:
        if kind in ("mynumber", "licence", "residence"):
            for value in values(marked):
                assert found(f"マイナンバーや免許証、在留カードの方の{word}{value}", kind) == [], (word, value)


# --- checks: examples that authorities and encyclopedias print ----------------------------------------------------------


@pytest.mark.parametrize(
    ("is_right", "number"),
    [
        (check.is_japan, "621498320257"),
        (check.is_china, "11010519491231002X"),
        (check.is_taiwan, "A123456789"),
        (check.is_singapore, "S1234567D"),
        (check.is_singapore, "G1234567X"),
        (check.is_germany, "36574261809"),
        (check.is_france, "295109912611193"),
        (check.is_italy, "RCCMNL83S18D969H"),
        (check.is_spain, "54362315K"),
        (check.is_spain, "X2482300W"),
        (check.is_netherlands, "111222333"),
        (check.is_poland, "44051401359"),
        (check.is_sweden, "8803200016"),
        (check.is_finland, "131052308T"),
        (check.is_brazil, "39053344705"),
        (check.is_canada, "123456782"),
        (check.is_turkey, "17291716060"),
        (check.is_belgium, "85073003328"),
        (check.is_switzerland, "7569217076985"),
        (check.is_norway, "15108695088"),
        (check.is_health_service, "9434765870"),
        (check.is_australia, "123456782"),
    ],
)
def test_published_numbers_pass_and_their_neighbours_do_not(is_right: Callable[[bytes], bool], number: str) -> None:
    assert is_right(number.encode())
    place = next(at for at in reversed(range(len(number))) if number[at].isdigit())
    others = [number[:place] + digit + number[place + 1 :] for digit in "0123456789" if digit != number[place]]
    assert sum(is_right(other.encode()) for other in others) <= 1


@given(st.integers(0, 10**11 - 1))
def test_my_number_has_one_check_digit(number: int) -> None:
    head = f"{number:011}"
    assert sum(check.is_japan(f"{head}{last}".encode()) for last in range(10)) == 1


@pytest.mark.parametrize("number", ["000121234", "666121234", "900121234", "123001234", "123120000"])
def test_social_security_numbers_that_are_never_given_out(number: str) -> None:
    assert not check.is_social_security(number.encode())


# --- what is reported ----------------------------------------------------------------------------------------------------

CARE = [
    *(
        "昨年がんと診断された",
        "うつ病で休職した",
        "糖尿病で通院している",
        "身体障害者手帳を持つ",
        "要介護3の母",
        "人工透析を受けている",
    ),
    *(
        "前科二犯の男",
        "窃盗の疑いで逮捕された",
        "懲役3年の判決",
        "詐欺の被害に遭った",
        "少年院を出た",
        "執行猶予がついた",
    ),
    *(
        "創価学会の会員",
        "キリスト教徒の家に",
        "共産党員だった",
        "被差別部落の出身",
        "在日韓国人の三世",
        "アイヌ民族の出身",
    ),
    *(
        "She was diagnosed with cancer",
        "he is HIV-positive",
        "was arrested for theft",
        "a victim of rape",
        "convicted of fraud",
    ),
]
NO_CARE = [
    *(
        "がん検診のお知らせ",
        "障害が発生しました",
        "ディスク障害の対処",
        "病院の地図",
        "逮捕の要件を定める",
        "キリスト教の歴史",
    ),
    *("前科目の復習", "medical equipment", "the process was killed", "共産圏の経済", "被害額は百万円", "手帳を買った"),
]


@pytest.mark.parametrize("text", CARE)
def test_words_for_special_care_are_reported_and_never_masked(text: str) -> None:
    assert [span.kind for span in find(text, ALL)].count("special-care") == 1
    assert redact(text, ALL) == (text, {})
    assert find(text) == []


@pytest.mark.parametrize("text", NO_CARE)
def test_other_uses_of_such_words_are_not(text: str) -> None:
    assert "special-care" not in [span.kind for span in find(text, ALL)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("氏名：北村花子", ["北村花子"]),
        ("担当　木下 次郎", ["木下 次郎"]),
        ("山田様へのお知らせ", ["山田"]),
        ("代表取締役社長 大久保利一", ["大久保利一"]),
        ("佐々木さんは言った", ["佐々木"]),
        ("Mr. John Smith said", ["John Smith"]),
        ("Author: Jane Roe", ["Jane Roe"]),
        ("皆様へ。お客様に。患者さんの声", []),
        ("the author of the book", []),
    ],
)
def test_names_are_reported_where_a_word_says_so(text: str, names: list[str]) -> None:
    assert [text[span.start : span.end] for span in find(text, ["name"])] == names


# --- laws ----------------------------------------------------------------------------------------------------------------

PIECES = [plain(marked) for _, marked in MARKED] + [
    *PLACEHOLDERS.values(),
    "マイナンバー",
    "口座番号",
    "〒",
    "電話",
    "1",
    "-",
]


def test_rows_of_all_sentences_are_redacted_once_and_for_all() -> None:
    chance = random.Random(11)
    for _ in range(2500):
        between = chance.choice(["", " ", "\n", "、", "。", "-", "/", "：", "（", "\t", "|"])
        text = between.join(chance.choice(PIECES) for _ in range(chance.randint(2, 7)))
        once, counts = redact(text)
        assert redact(once) == (once, {}), text
        assert set(counts) <= set(KINDS)


@given(st.lists(st.sampled_from(PIECES), max_size=6).map("".join), st.sets(st.sampled_from(ALL)), st.booleans())
def test_spans_are_in_order_and_of_what_was_asked_for(text: str, kinds: set[Kind], wide: bool) -> None:
    last = 0
    for span in find(text, kinds, wide=wide):
        assert last <= span.start < span.end <= len(text)
        assert span.kind in kinds
        last = span.end


def test_what_is_new_is_found_only_where_it_is_asked_for() -> None:
    """Recipes that name no new kind give what they gave."""
    for kind, marked in MARKED:
        if kind not in BASIC and kind != NONE:
            assert {span.kind for span in find(plain(marked), BASIC, wide=False)} <= {"phone", "card", "ip", "email"}
    assert redact_all("kitamura[at]example.jp 03-1234-5678 個人番号 453331478932 〒604-8571") == (
        "kitamura[at]example.jp 03-1234-5678 個人番号 453331478932 〒604-8571"
    )


def test_every_kind_has_a_placeholder_of_its_own_but_those_only_reported() -> None:
    assert len(set(PLACEHOLDERS.values())) == len(KINDS) == len(ALL) - len(REPORTED)
    assert all(re.fullmatch(r"<\|[A-Z_]+\|>", placeholder) for placeholder in PLACEHOLDERS.values())
    assert {rule.kind for rule in RULES} <= set(KINDS)


SLOW = (
    *(
        "電話0332345678受付番号",
        "普通1234567 ",
        "口座番号1234567",
        "マイナンバー 123456789012、",
        "SSN 219-44-8821 ",
        "SSN",
    ),
    *(
        "TZ1234567（旅券）",
        "パスポート",
        "記号12345 番号",
        "〒123-4567",
        "123-4567東京都",
        "区あ1-",
        "市1",
        "市市市市",
        "区1-2-3",
    ),
    *(
        "千代田区丸の内1丁目2番3号",
        "a★b.jp",
        "a★",
        "[at]",
        "a[at]b.jp ",
        "a at b dot ",
        "アットマーク",
        "03-1234-5678 ",
        "(03)1234-5678",
    ),
    *(
        "212-555-0123 ",
        "山田様は",
        "氏名：",
        "がんと診断",
        "被保険者番号1234 5678 ",
        "口座番号\n",
        "旅券番号\tx\n",
        "一丁目",
        "１",
        "〒",
    ),
)


@pytest.mark.parametrize("piece", SLOW)
def test_time_grows_with_the_length_of_a_text(piece: str) -> None:
    def work(size: int) -> Callable[[], object]:
        text = piece * (size // len(piece.encode()))
        return lambda: find(text, ALL)

    assert grows_linearly(work, 10_000, times=4)
