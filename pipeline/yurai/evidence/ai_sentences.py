"""Read sentences that reserve a page or site against use by machines: training of AI, text and data mining.

A reservation speaks of the page that it stands on ("our content", "this site", 当サイト, 無断) and forbids or reserves.
What reports of somebody else's ("the Times said", 同社は), asks, supposes or permits is none, nor is one of the use of
AI ("AI tools are not permitted"). The sentence alone decides, so one in a footer and one in an article count alike.
Plain language is a signal of its own channel: whether it binds is for a policy (OLG Hamburg, 5 U 104/24: it is not
machine-readable).
"""

# ruff: noqa: RUF001 - marks of all scripts are meant
import re
from typing import Final

from yurai.evidence.late_pattern import LatePattern

AI: Final = "ai-use=prohibited"
TDM: Final = "tdm=reserved"
_MAX: Final = 1_200


def _any(*parts: str) -> LatePattern:
    return LatePattern("|".join(parts))


_AI_EN: Final = (
    r"(?:\bA\.?I\b\.?|\bartificial[\s-]intelligence|\bmachine[\s-]learning|\blanguage[\s-]models?|\bLLMs?\b"
    r"|\bgenerative|\bneural"
    r"|\bfoundation[\s-]models?|\bdeep[\s-]learning|\bchatbots?|\bChatGPT)"
)
_MAKE_EN: Final = (
    r"\b(?:develop|creat|build|improv|enhanc|ground|program|feed|input|fine[\s-]?tun|support|power|produc)\w*"
)
_KIND_EN: Final = (
    r"(?:and|or|models?|systems?|technolog(?:y|ies)|machine|LLMs?|tools?|data|algorithms?|purposes?|bots?)"
)
# Content that is used for AI, not AI that is used: "made with AI", "AI tools are not permitted" are something else.
_PURPOSE: Final = _any(
    rf"\b(?:train|teach|fine[\s-]?tun)\w*\b(?!\s+(?:in|for|about|courses?|programm?e?s?)\b)[^.;]{{0,90}}?{_AI_EN}",
    rf"{_MAKE_EN}\s+(?:(?!with\b|using\b|by\b)[\w,/'’-]+\s+){{0,6}}?{_AI_EN}",
    rf"{_AI_EN}\s+(?:companies|developers|firms|crawlers?|bots?|models?|systems?)\b[^.;]{{0,100}}?\bto\s+(?:train"
    rf"|learn|mine)",
    rf"{_AI_EN}(?:[\s/,-]+{_KIND_EN}){{0,4}}[\s/,-]+(?:train\w*|learning|scrap\w+|crawl\w*|ingestion|development)\b",
    rf"\b(?:for|into|(?:use|used|included)\s+in)\s+(?:(?:any|use|an?|the\s+purposes?\s+of|connection\s+with|purposes?\s+of)\s+(?:in\s+"
    rf"|with\s+)?){{0,2}}(?:generative\s+)?{_AI_EN}(?!\s+(?:class|course|research\s+paper))",
    rf"\b(?:used|accessed|scraped|crawled|processed|ingested|copied|collected"
    rf"|mined)\s+(?:[\w,/-]+\s+){{0,4}}?by\s+(?:[\w,/-]+\s+){{0,3}}?{_AI_EN}",
    r"\b(?:training|trainieren|entwicklung)\b[^.;]{0,60}?(?:\bKI\b|\bKI-|künstliche\w*\s+intelligenz"
    r"|maschinelle\w*\s+lern|sprachmodell)"
    r"|(?:\bKI\b|\bKI-|künstliche\w*\s+intelligenz|maschinelle\w*\s+lern|sprachmodell)[^.;]{0,60}?(?:training"
    r"|trainier|entwicklung|modell|system|zweck)",
    r"\b(?:trenowani\w*|szkoleni\w*|rozw\w+|обучени\w*|разработк\w*|trainen\s+van|träna|träning|trening"
    r"|eğit\w+)\b[^.;]{0,60}?(?:\bAI\b|\bA\.I\.|\bИИ\b|\bSI\b|\bKI\b|sztuczn\w+\s+inteligencj|искусственн\w+\s+интеллект"
    r"|нейросет|kunstmatige\s+intelligentie|yapay\s+zek|modeli\b)"
    r"|искусственн\w+\s+интеллект[^.;]{0,40}?обуч|машинн\w+\s+обучени",
    r"(?:\bAI|인공지능|기계\s?학습|머신러닝|LLM)[^.]{0,14}?(?:학습|훈련|개발|이용|활용)",
    r"\b(?:entra[iî]n\w+|entren\w+|addestra\w+|trein\w+|développ\w+)\b[^.;]{0,70}?(?:\bI\.?A\b"
    r"|intelligence\s+artificielle|inteligencia\s+artificial"
    r"|intelligenza\s+artificiale|inteligência\s+artificial|apprentissage|modèles?)",
)
_MINING: Final = _any(
    r"\btext(?:[\s-]and[\s-]|\s?&\s?|/|[\s-])data[\s-]?mining|\bTDM\b|\bdata[\s-]mining|2019/790|§\s?44\s?b\b"
    r"|\btext-?\s?(?:und|u\.)\s?-?data[\s-]?mining",
    r"fouille\s+de\s+(?:textes?|données)|miner[íi]a\s+de\s+(?:textos?|datos)|estrazione\s+di\s+testo"
    r"|mineração\s+de\s+(?:textos?|dados)|テキスト[・･]?(?:及び|および|・|アンド)?データ[・･]?マイニング",
)
_DOES_EN: Final = (
    r"(?:us|utili[sz]|reproduc|scrap|crawl|cop[yi]|train|min|feed|fed|input|access|extract|harvest|collect|incorporat"
    r"|ingest|process"
    r"|employ|distribut|exploit|store|republish|download)\w*"
)
_FORBIDS: Final = _any(
    rf"\b(?:may|must|shall)\s+(?:not|never|under\s+no\s+circumstances)\s+(?:[\w,/()-]+\s+){{0,8}}?{_DOES_EN}",
    r"\b(?:cannot|can\s?not|can['’]t)\s+be\s+(?:used|reproduced|copied|scraped)"
    r"|\byou\s+(?:(?:cannot|can\s?not|can['’]t)\s+(?:use|scrape|crawl|copy|feed|mine)|agree\s+not\s+to)\b"
    r"|\b(?:do\s+not|don['’]t|please\s+do\s+not|not\s+to)\s+(?:use|train|scrape|crawl|copy|feed|harvest|mine|permit"
    r"|allow|consent|authori[sz]e|grant|license|want|agree)\b|\b(?:is|are)\s+(?:also\s+)?(?:strictly|expressly"
    r"|explicitly|hereby|specifically|therefore)?\s*(?:prohibited|forbidden|disallowed"
    r"|excluded|not\s+(?:permitted|allowed|authori[sz]ed|licensed))|\b(?:strictly|expressly"
    r"|explicitly)\s+(?:prohibited|forbidden|prohibits?|forbids?|reserve[ds]?)"
    r"|\b(?:we|i|the\s+(?:author|authors|publishers?|site|owners?))\s+(?:\w+\s+){0,2}?(?:prohibit|forbid|reserve"
    r"|object|disallow|refuse|opt|exclude|do(?:es)?\s+not\s+(?:consent|permit|allow|authori[sz]e|grant|agree|want"
    r"|wish))\w*"
    r"|\brights?\b[^.;]{0,60}?\breserv\w+|\breserv(?:e|es|ed|ing)\b[^.;]{0,40}?\brights?\b"
    r"|\breservations?\s+of\s+rights|\bopt(?:s|ed|ing)?[\s-]?(?:s\s)?out\b"
    r"|\bno\s+(?:part|portion|content|text|image|permission|licen[sc]e|consent)\b|\bnot\s+(?:for"
    r"|to\s+be)\s+(?:used?|train|AI)|\bprohibited(?:\s+uses?)?\b",
    r"\b(?:untersagt|verboten|d(?:ü|ue)rfen\s+nicht|darf\s+nicht|vorbehalten|nicht\s+(?:gestattet|erlaubt|zulässig"
    r"|genehmigt)|widersprech\w+|widerspruch"
    r"|behält\s+sich|behalten\s+uns|ausgeschlossen|unzulässig)\b",
    r"\b(?:zabronion\w*|zabrania\w*|zakaz\w*|nie\s+wolno|zastrzeż\w*|запрещ\w+|не\s+(?:разреш\w+|допуска\w+)"
    r"|verboden|niet\s+(?:toegestaan|toegelaten)|förbj\w+|förbud\w*|forbudt|ikke\s+tillatt|yasakt\w+)\b"
    r"|금지|불허|허용하지\s?않|거부",
    r"\b(?:interdit\w*|réserv\w+|s['’]oppose\w*|opposons|prohib(?:id[oa]s?|e|imos)|reserva(?:d[oa]s?|mos|n)|vietat\w+"
    r"|riservat\w+|proibid\w+"
    r"|opposition)\b|\bn['’](?:est|autoris\w+)\s+pas\b|\bno\s+(?:se\s+permite|está\s+permitid)",
)
_OWN: Final = _any(
    r"\b(?:this|these|our|my|the\s+present)\s+(?:[\w'’/-]+\s+){0,3}?(?:(?:web\s?)?sites?|web\s?pages?|pages?|blogs?"
    r"|contents?|materials?|works?|books?|articles?|texts?|documents?"
    r"|publications?|journals?|posts?|stor(?:y|ies)|images?|drawings?|pictures?|photo\w*|illustrations?|music|songs?"
    r"|novels?|poems?|comics?|videos?|data|art|archive|services?|platform|terms|writings?"
    r"|words)\b|\bus\b|\bwe\b|\b(?:I|my)\b|\bours?\b",
    r"\b(?:you|your)\b|\ball\s+(?:content|contents|rights|texts?|materials?|images|articles)\b|\bno\s+part\b"
    r"|\bany\s+(?:part|portion|use)\s+of\b|\bthe\s+(?:publisher|author|copyright\s+holder|owner)s?\b"
    r"|\b(?:content|contents|material|materials|text|articles)\s+(?:on|of|from|in|published|contained|herein"
    r"|appearing)\b|\brights?\s+(?:are|is)?\s*reserved|\bcopyright\b|©|\bherein\b",
    r"\A\W*(?:please\s+)?(?:do\s+not|don['’]t)\s+\w+\s+(?:\w+\s+){0,2}?(?:this|these|our|my|any|the|content|us|AI"
    r"|LLMs?)\b"
    r"|\bhereby\b",
    r"\A\W*(?:no|not\s+for|use\s+of|any\s+text\s+and\s+data|any\s+use|using|reproduction|scraping"
    r"|crawling|text\s+and\s+data\s+mining|data\s+mining|AI|training|unauthori[sz]ed|prohibited"
    r"|the\s+(?:use|reproduction|scraping|copying|extraction|content|contents|material|text))\b",
    r"\b(?:unsere?\w*|diese\w*|wir|uns|alle\s+rechte|alle\s+inhalte|die\s+(?:nutzung|verwendung|inhalte)"
    r"|der\s+(?:verlag|autor|herausgeber)|nutzung|verwendung|text-?\s?(?:und|&)\s?-?data)\b",
    r"\b(?:tego\s+(?:serwisu|portalu|bloga)|tej\s+strony|nasz\w*|treści|materiał\w*|сайта|наш\w*|материал\w*|контент\w*"
    r"|onze|deze|dit|vår\w*|denna|detta|bu\s+site\w*)\b|본\s?(?:사이트|홈페이지|블로그|저작물|콘텐츠|기사)|당사|무단|저작권|이\s(?:사이트|글|기사)",
    r"\b(?:notre|nos|nous|ce\s+site|ces?|cette|tous\s+droits|toute|l['’]utilisation|nuestr\w+|este|esta|todos\s+los"
    r"|cualquier|questo|nostr\w+|tutti\s+i|este|todos\s+os)\b",
)
_REPORTED: Final = _any(
    r"\b(?:said|says|saying|told|tells|announced|reported(?:ly)?|reports|wrote|writes|argu\w+|claim(?:s|ed|ing)"
    r"|alleg\w+|sued|suing|lawsuit|court|judges?|plaintiffs?|ruled|ruling|according\s+to"
    r"|lawmakers?|legislation|bill|proposal|proposed|would|could|might|if\s+(?!you\s+(?:are|wish|want|would)\b)"
    r"|whether|explains?|discuss\w*|for\s+example|e\.g|should|why|how\s+to|some\s+(?:sites|people|publishers|authors)"
    r"|many\s+\w+|several\s+\w+"
    r"|publishers\s+(?:have|are|like|such)|companies\s+(?:have|are|like|such)|was|were|had|has\s+(?:been|begun"
    r"|started|updated|added)|have\s+(?:been|begun|started|updated|added)|in\s+(?:its|their)|(?<!use\s)its\s+(?:terms"
    r"|content"
    r"|users|website|platform)|their\s+(?:terms|content|work|works|websites?|users))\b",
    r"\b(?:według|powiedzia\w+|poinformowa\w+|сообщ\w+|заяви\w+|законопроект\w*|volgens|zegt|zei)\b|밝혔|보도|법안|고객",
    r"\b(?:sagte|sagt|laut|zufolge|berichte\w*|urteil|gericht|klage|entschied|würde[n]?|könnte[n]?|sollte[n]?|wurden?"
    r"|hatte[n]?)\b|\b(?:selon|a\s+déclaré|tribunal|según|dijo|secondo)\b",
)
_PERMITS: Final = _any(
    r"(?<!not\s)\b(?:allows|permits)\s|\bunless\s+(?:the\s+)?rights|\bteachers\b|\b(?:warn|demand|insist"
    r"|complain)\w*\b",
    r"\b(?:not\s+(?:prohibit\w*|forbidden|restrict\w*|reserved|object\w*)|no\s+(?:restrictions?|limits?|objections?"
    r"|prohibition)|does\s+not\s+(?:prohibit|forbid|restrict|prevent)|nothing\s+\w+\s+prohibits)\b"
    r"|\bwe\s+do\s+not\s+(?:use|train|sell|share|allow\s+our\s+models?|employ|rely)\b|\bwe\s+(?:never"
    r"|don['’]t)\s+(?:use|train|feed|share|sell)\b|\bnot\s+(?:use|used?)\s+(?:your|any\s+of\s+your|customer|user"
    r"|personal|client)\b"
    r"|\b(?:your|customer|user|client|patient|personal)\s+(?:data|content|information|files?|documents?|inputs?"
    r"|prompts?|conversations?)\b",
)
_LABEL: Final = re.compile(
    r"(?:\A\W*|[,;|/・•]\s*)(?:no|not\s+for)\s+(?:(?:AI|A\.I\.|text|and|or|data|machine|generative|LLM|use\s+in"
    r"|use\s+for|&|/)\W+)"
    r"{1,6}(?:train\w*|mining|scraping|learning)(?:\s+(?:allowed|permitted|please|purposes))?\s*(?:[.!|/:・•)]|\Z"
    r"|,\s*no\b)",
    re.IGNORECASE,
)
"""What forbids and says nothing else, alone or in a list: "No reposts, no AI training"."""
_QUESTION: Final = re.compile(r"[?？][\"”」)]?\s*\Z|(?:でしょう|です|ます|の)か[。.]?\s*\Z")

_AI_JA: Final = (
    r"(?:生成系?(?:AI|ＡＩ)|AI|ＡＩ|人工知能|機械学習|深層学習|ディープラーニング|(?:大規模)?言語モデル|LLM|ChatGPT"
    r"|学習モデル)"
)
# As in English: what is given to AI, not the use of AI.
_PURPOSE_JA: Final = re.compile(
    rf"{_AI_JA}(?:等|など|モデル|技術|ツール|サービス|システム|サイト)*(?:に(?:対する|よる)?|への?|での?|の|用の?"
    rf"|用途(?:へ)?の?|目的(?:で)?の?|または|や|・)?(?:[^。、]{{0,14}})?"
    r"(?:学習(?!塾|指導|教室|教材|講座|コース|支援|会)|訓練|トレーニング|教師データ|読み込|読込|取り込|開発"
    r"|スクレイピング|データ収集|入力)"
    rf"|{_AI_JA}(?:等|など|ツール|サービス)*(?:への?|での?|に)(?:[^。、]{{0,12}})?(?:利用|使用|転用|提供|活用|収集"
    rf"|解析)|{_AI_JA}(?:への?)?の?無断(?:利用|使用)"
    rf"|(?:学習|訓練|トレーニング|データセット|教師データ)[^。]{{0,20}}?{_AI_JA}|機械学習(?:等|など)?(?:への?|での?"
    rf"|に|目的|用)"
)
_FIRM_JA: Final = re.compile(
    r"禁止(?:です|します|いたします|致します|しております|しています|とします|といたします|となります|とさせて"
    r"|とする(?=[。\s」）)]|\Z)|(?=[。.!！\s】」）)]|\Z))|禁じ(?:ます|ております|られています)|厳禁"
    r"|禁ず(?:る)?(?=[。\s]|\Z)"
    r"|(?:固く)?お断り(?:し|いたし|致し|申し|です|させ|(?=[。\s」）)]|\Z))|ご?遠慮(?:くださ|下さ|いただ|頂|願)"
    r"|(?:認め|許可|許諾|承諾|同意)(?:して|いたして|致して|て)?(?:は)?(?:お)?(?:り)?(?:い)?ませ[んぬ]"
    r"|(?:することは|利用は|使用は|学習は|には|ことは|は|を)?(?:でき|出来)ませ[んぬ]|(?:お)?(?:やめ|止め"
    r"|控え)(?:て)?(?:くださ|下さ|いただ)|(?:し|使わ|行わ|用い|読み込ませ|学習させ|利用し|使用し)ないで(?:くださ|下さ"
    r"|いただ|ね)"
    r"|不可(?:です|とします|(?=[。\s】」）)]|\Z))|NG(?:です|(?=[。\s】」）)]|\Z))|(?:権利|権)を(?:留保|保留)"
    r"|拒否(?:します|いたします|しています|しております)|オプトアウト(?:します|しています|しております)"
)
_OWN_JA: Final = re.compile(
    r"(?:本|当|この|弊)\s?(?:サイト|ページ|ブログ|ホームページ|記事|コンテンツ|作品|文書|資料|書|紙|社|作|小説"
    r"|アカウント|サービス|ウェブ|Web|メディア|規約|データ|著作物|画像|イラスト|文章)|当方|当社|弊社|私|わたし|筆者"
    r"|著者|作者|無断|掲載|(?<![日基根見])(?:本|当)(?:誌|店|館|園|校|院|局|会|稿|曲)"
    r"|(?:すべて|全て|一切)の?(?:コンテンツ|記事|画像|文章|作品|データ)|コンテンツ(?:の|を)|記事(?:・|、|や|及び"
    r"|および|の|を)|文章(?:・|、|や|の|を)|作品(?:の|を)|イラスト(?:の|を)|小説(?:の|を)|転載|複製|\A\W*(?:AI|ＡＩ"
    r"|生成AI|機械学習)"
)
_REPORTED_JA: Final = re.compile(
    r"同社|同紙|同氏|各社|他社|(?<![当弊])社(?:は|が|も)|新聞(?:社)?(?:は|が)|協会(?:は|が)|連盟(?:は|が)|政府"
    r"|省(?:は|が)|法案|法律(?:で|が|は)|法(?:で|が)|判決|裁判|訴訟|報道|報じ|発表|によると|によれば|と述べ|と語|と話"
    r"|と説明|という|といった"
    r"|べき|かどうか|ケース|事例|動き|企業(?:が|は|で)|欧州|米国|EU|氏(?:は|が)|とされ|ようになっ|(?:し|でき|禁止され"
    r"|禁止し)(?:ていた|ていました|た[。、]|ました)|なぜ|理由|場合(?:は|に)?(?:どう|何)|議論|見解|お客様の|不適切"
    r"|機密|社内"
    r"|個人情報|ユーザーの(?:データ|入力)|入力(?:された|した|いただいた)"
)
_ZH: Final = re.compile(
    r"(?:禁止|不得|严禁|嚴禁|请勿|請勿|不允许|不允許|拒绝|拒絕)[^。]{0,50}?(?:训练|訓練|(?:人工智能|人工智慧|机器学习"
    r"|機器學習|AI|大模型)[^。]{0,12}(?:学习|學習|训练|訓練|使用|用途))"
    r"|(?:训练|訓練|人工智能|人工智慧|机器学习|機器學習)[^。]{0,24}(?:禁止|不得|严禁|嚴禁)(?=[。，,\s]|\Z)"
)
_OWN_ZH: Final = re.compile(
    r"本(?:站|网站|網站|文|页|作品|内容|內容|刊|书|書)|未经(?:授权|许可|允许|本)|未經(?:授權|許可)"
    r"|我们的|我們的|版权|版權|所有内容"
)
_REPORTED_ZH: Final = re.compile(r"报道|報導|表示|宣布|据|據|法院|应该|應該|法案|公司(?:称|稱|已)")


def reservation(sentence: str) -> str | None:
    """Norm of a sentence that reserves the page against machines, None of any other.

    `ai-use=prohibited` for training and use by AI, `tdm=reserved` for text and data mining, both joined by a comma.
    """
    text = sentence[:_MAX]
    if _QUESTION.search(text):
        return None
    return _japanese(text) or _western(text) or _chinese(text)


def _western(text: str) -> str | None:
    purpose, mining = _PURPOSE.search(text), _MINING.search(text)
    if not (purpose or mining) or not (_LABEL.search(text) or (_FORBIDS.search(text) and _OWN.search(text))):
        return None
    if _REPORTED.search(text) or _PERMITS.search(text):
        return None
    return ",".join(norm for norm, found in ((AI, purpose), (TDM, mining)) if found)


def _japanese(text: str) -> str | None:
    purpose, mining = _PURPOSE_JA.search(text), _MINING.search(text)
    if not (purpose or mining) or not _FIRM_JA.search(text) or not _OWN_JA.search(text) or _REPORTED_JA.search(text):
        return None
    return ",".join(norm for norm, found in ((AI, purpose), (TDM, mining)) if found)


def _chinese(text: str) -> str | None:
    found = _ZH.search(text) and _OWN_ZH.search(text) and not _REPORTED_ZH.search(text)
    return AI if found else None
