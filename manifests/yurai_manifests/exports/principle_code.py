"""Write export `principle-code`: answers under Japan's Principle-Code on generative AI, comply or explain.

The Cabinet Office's draft of 26 December 2025, revised on 23 April 2026: principle 1 is disclosure to all, 2 an answer
to a rightsholder in a dispute, 3 the same to users. Each answer stands in Japanese and in English.
"""

from collections.abc import Iterator
from typing import Final

from yurai_manifests.answers import Answers, Question
from yurai_manifests.export import asking_export
from yurai_manifests.facts.gather import facts_of
from yurai_manifests.facts.record import Facts
from yurai_manifests.facts.words import crawlers, mix, period, size, treatment
from yurai_manifests.form import Field, Form, Section
from yurai_manifests.run import RunRecord
from yurai_manifests.store import Store

ASKS: Final = tuple(
    Question(*one)
    for one in (
        ("operator", "事業者の名称と連絡先 / name and contact of the operator"),
        ("models", "使用モデルの名称と更新 / models in use, and their updates"),
        ("crawler_ids", "クローラの識別子 / names of the crawlers"),
        ("crawler_policy", "クローラの運用方針: ペイウォール等の扱い / policy of the crawler, paywalls included"),
        ("pirate_sites", "海賊版サイトを避ける措置、又は実施しない理由 / how pirate sites are avoided, or why not"),
        (
            "technical_measures",
            "生成物による侵害を防ぐ技術的措置、又は実施しない理由 / measures against infringing output, or why not",
        ),
        ("records", "記録の保存期間 / how long records are kept"),
        (
            "contact_rightsholders",
            "権利者からの申出の窓口、又は実施しない理由 / contact for rightsholders, or why there is none",
        ),
        ("contact_users", "利用者からの照会の窓口、又は実施しない理由 / contact for users, or why there is none"),
        ("yearly_update", "年次の届出の予定 / when the yearly notice is given"),
    )
)
_ABOUT: Final = (
    "実行の記録(マニフェスト)から分かることと、人が回答したこと(ダッシュの後)だけを記す。分からない項目は末尾に挙げる。下書きであり、法的助言ではない。\n\n"
    "What the manifest of a run says, and what people answered (behind a dash); nothing is guessed. What is open is "
    "listed at the end. It is a draft, and no legal advice."
)


@asking_export("principle-code", media_type="text/markdown", asks=ASKS)
def principle_code(store: Store, run: RunRecord, answers: Answers) -> Iterator[str]:
    """Answers under Japan's Principle-Code on generative AI, comply or explain, in Japanese and English, as Markdown.

    What only people know is taken from `--with FILE`; what nobody said is listed at the end, as a file to fill in.
    """
    facts = facts_of(store, run)
    title = "プリンシプル・コード対応状況 / Answers under the Principle-Code"
    yield from Form(title, _ABOUT, [_disclosure(facts), *_requests(facts)], ASKS, answers, facts).markdown()


def _disclosure(facts: Facts) -> Section:
    policies = mix(facts.policies) if any(one.name for one in facts.policies) else ""
    fields = (
        Field("事業者 / Operator", "", "operator"),
        Field("使用モデル / Models", "", "models"),
        Field(
            "学習データの種類 / Kinds of training data", f"ウェブページのテキスト / text of web pages: {size(facts)}"
        ),
        Field("言語(文書数)/ Languages (documents)", mix(facts.languages)),
        Field("収集時期 / Period of collection", period(facts) or "日付なし / no document has a date"),
        Field("クローラの識別子 / Crawlers, as the archives name them", crawlers(facts), "crawler_ids"),
        Field("robots.txt の扱い / Treatment of robots.txt, as the archives say", treatment(facts), "crawler_policy"),
        Field("権利の留保の判定に用いた方針 / Policy on reservations", policies or "適用なし / none was applied"),
        Field("学習可否の判定(文書数)/ Verdicts on training (documents)", mix(facts.verdicts)),
        Field("ライセンス(文書数)/ Licences (documents)", mix(facts.licences)),
        Field("海賊版サイトの回避 / Avoidance of pirate sites", "", "pirate_sites"),
        Field("技術的措置 / Technical measures", "", "technical_measures"),
        Field(
            "記録 / Records",
            f"全文書の出所を記録 / the source of each document is recorded; content digest {facts.digest}",
            "records",
        ),
        Field("年次の届出 / Yearly notice", "", "yearly_update"),
    )
    return Section("1", "原則1 透明性と知的財産保護の開示 / Principle 1: disclosure", fields)


def _requests(facts: Facts) -> Iterator[Section]:
    answer = (
        "URL、ドメイン、本文、引用で照会でき、回答に署名できる / by URL, domain, text or quotation: yurai inquire "
        "OUT --url URL tells whether a work is in the corpus, and why or why not; the answer can be signed"
    )
    looked = (
        f"対象 / looked at: {facts.candidates:,} = {facts.documents:,} + {facts.dropped:,} + {facts.failed:,} "
        "(採用 kept + 除外 dropped + 失敗 failed)"
    )
    for number, who, key in (
        ("2", "権利者 / rightsholders", "contact_rightsholders"),
        ("3", "利用者 / users", "contact_users"),
    ):
        fields = (
            Field("照会への回答 / Answers to inquiries", answer),
            Field("記録の範囲 / What is on record", looked),
            Field("窓口 / Contact", "", key),
        )
        yield Section(number, f"原則{number} {who}", fields)
