"""Find words by which Japan's law has information about a person treated with special care (要配慮個人情報).

Source: Act on the Protection of Personal Information, article 2(3), and article 2 of its Cabinet Order: race, creed,
social status, medical history, criminal record, being the victim of a crime, disabilities, results of examinations,
treatment, criminal procedure, juvenile protection. Words alone do not say whom they are about: they are counted, and
nothing is masked.
"""

# ruff: noqa: RUF001 - signs and letters of full width are meant
from __future__ import annotations

import functools

from yurai_filters.pii.typed_re2 import Pattern, pattern_of_utf8

_ILLNESS = "|".join(
    (
        *(
            "がん",
            "癌",
            "ガン",
            "腫瘍",
            "白血病",
            "うつ病",
            "鬱病",
            "適応障害",
            "双極性障害",
            "統合失調症",
            "発達障害",
            "自閉症",
        ),
        *(
            "糖尿病",
            "てんかん",
            "認知症",
            "難病",
            "HIV",
            "エイズ",
            "肝炎",
            "結核",
            "梅毒",
            "性病",
            "パーキンソン病",
            "心筋梗塞",
        ),
        *("脳梗塞", "脳卒中", "依存症", "摂食障害", "不妊症", "リウマチ", "潰瘍性大腸炎", "クローン病"),
    )
)
_CREED = "創価学会|統一教会|エホバの証人|幸福の科学|オウム真理教|天理教|立正佼成会|キリスト教|イスラム教|仏教|神道"
_PARTY = "共産党|自民党|公明党|社民党|立憲民主党|労働組合"
_HARM = "性犯罪|性暴力|性的暴行|強姦|強制わいせつ|詐欺|強盗|暴行|ＤＶ|DV|家庭内暴力|虐待|いじめ|ストーカー"
_DIGITS = "[0-9０-９一二三四五六七八九十半]"
_HEALTH = (
    rf"(?:{_ILLNESS})(?:(?:だ|である)?との?診断|を(?:発症|患|わずら)|で(?:入院|通院|治療|療養|闘病|休職|亡くな|死亡))",
    rf"(?:{_ILLNESS})(?:に(?:かか|罹患|感染)|の(?:患者|告知))",
    rf"(?:病歴|既往歴|持病|通院歴|入院歴)(?:[がはのをにとも：:]|あり)|余命{_DIGITS}+|人工妊娠中絶|人工透析(?:を|中)",
    r"精神科(?:に|へ|を)(?:入院|通院|受診)|(?:検査|健康診断|健診|人間ドック)の?結果[がは](?:陽性|異常|要)|陽性(?:と判明|反応)",
    rf"障害者手帳|療育手帳|障害(?:等級|支援区分)|身体障害(?:{_DIGITS}級|者(?:で|の))|知的障害(?:が|の|者)|要介護{_DIGITS}",
)
_CRIME = (
    rf"前科(?:{_DIGITS}*犯|が|者|持ち|あり)|前歴(?:が|者|あり)|逮捕(?:歴|され)",
    r"(?:容疑|疑い)で(?:逮捕|書類送検|起訴|送検)",
    rf"有罪判決を受|懲役{_DIGITS}+|執行猶予|服役(?:し|中|歴)|少年院|保護観察|少年鑑別所",
    rf"(?:{_HARM})の?被害(?:者|に(?:遭|あ)|を受)",
)
_STATUS = (
    rf"(?:{_CREED})(?:の信者|徒(?:で|の|だ)|の?会員|に(?:入信|改宗|入会)|を信仰|信者)",
    rf"(?:{_PARTY})(?:員(?:で|の|だ)|の党員|に入党)|無神論者(?:で|の)",
    r"被差別部落|同和地区|部落の?出身|在日(?:韓国|朝鮮|中国|ブラジル|フィリピン|コリアン)人?",
    rf"アイヌ(?:民族|の血|の出身)|琉球民族|日系{_DIGITS}世",
)
_ENGLISH = (
    r"(?:was|were|been|is|are|got) diagnosed with|hiv[- ]positive|medical history of|criminal record|convicted of",
    r"suffer(?:s|ed|ing) from (?:cancer|depression|diabetes|hiv|aids|epilepsy)|pleaded guilty|sexually assaulted",
    r"sentenced to (?:[0-9]+|one|two|three|four|five|six|ten|life)",
    r"(?:was|were|been) (?:arrested|indicted|convicted|jailed) (?:for|on|of)",
    r"victims? of (?:rape|domestic violence|sexual|child abuse)",
    r"(?:her|his|their|my) (?:abortion|chemotherapy|disability|bipolar|schizophrenia|religion)",
)


@functools.cache
def special_care() -> Pattern:
    """Return the pattern over UTF-8."""
    english = rf"(?i:\b(?:{'|'.join(_ENGLISH)})\b)"
    return pattern_of_utf8("|".join((*_HEALTH, *_CRIME, *_STATUS, english)))
