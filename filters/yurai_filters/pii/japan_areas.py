"""Name the areas of Japan: prefectures, and how names of cities, wards, towns and villages are built.

Source: the 47 prefectures of the Local Autonomy Act; municipalities with kana in their names, as the Ministry of
Internal Affairs lists them.
"""

from __future__ import annotations

PREFECTURES = (
    *(
        "北海道",
        "青森県",
        "岩手県",
        "宮城県",
        "秋田県",
        "山形県",
        "福島県",
        "茨城県",
        "栃木県",
        "群馬県",
        "埼玉県",
        "千葉県",
    ),
    *(
        "東京都",
        "神奈川県",
        "新潟県",
        "富山県",
        "石川県",
        "福井県",
        "山梨県",
        "長野県",
        "岐阜県",
        "静岡県",
        "愛知県",
        "三重県",
    ),
    *(
        "滋賀県",
        "京都府",
        "大阪府",
        "兵庫県",
        "奈良県",
        "和歌山県",
        "鳥取県",
        "島根県",
        "岡山県",
        "広島県",
        "山口県",
        "徳島県",
    ),
    *("香川県", "愛媛県", "高知県", "福岡県", "佐賀県", "長崎県", "熊本県", "大分県", "宮崎県", "鹿児島県", "沖縄県"),
)
PREFECTURE = "|".join(PREFECTURES)
KANJI = "一-龠々〆"
_WITH_KANA = (
    *("さいたま市", "つくば市", "つくばみらい市", "ひたちなか市", "かすみがうら市", "いわき市", "さくら市", "みどり市"),
    *("あきる野市", "いすみ市", "ふじみ野市", "あわら市", "かほく市", "みよし市", "あま市", "いなべ市", "たつの市"),
    *(
        "南あわじ市",
        "さぬき市",
        "東かがわ市",
        "うるま市",
        "南さつま市",
        "いちき串木野市",
        "えびの市",
        "うきは市",
        "みやま市",
    ),
    *(
        "にかほ市",
        "つがる市",
        "むつ市",
        "南アルプス市",
        "袖ケ浦市",
        "鎌ケ谷市",
        "龍ケ崎市",
        "茅ヶ崎市",
        "駒ヶ根市",
        "紀の川市",
    ),
    *(
        "みなかみ町",
        "ときがわ町",
        "おおい町",
        "かつらぎ町",
        "みなべ町",
        "すさみ町",
        "まんのう町",
        "ニセコ町",
        "えりも町",
    ),
    *("むかわ町", "新ひだか町", "せたな町", "おいらせ町", "つるぎ町", "いの町", "あさぎり町", "さつま町", "みやこ町"),
    *("東みよし町", "吉野ヶ里町", "関ケ原町", "鰺ヶ沢町", "外ヶ浜町", "七ヶ浜町", "七ヶ宿町", "六ヶ所村", "西ノ島町"),
)
MUNICIPALITY = (
    rf"(?:{'|'.join(sorted(_WITH_KANA, key=len, reverse=True))}|[{KANJI}][{KANJI}ヶケヵノ]{{0,5}}?[市区町村])"
)
AREA_FIRST = rf"{PREFECTURE}|[{KANJI}]{{1,4}}郡[{KANJI}]|{MUNICIPALITY}[{KANJI}ぁ-んァ-ヶ]"
"""How an address in Japan begins."""
