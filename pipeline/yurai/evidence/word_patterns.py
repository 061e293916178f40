"""Hold the words without which `words` finds nothing, as patterns for re2: of the text of a page, and of its bytes.

In the bytes a space may be an entity, and elements may stand between words, or letters: "Creative <b>Commons</b>".
"""

# ruff: noqa: RUF001 - marks of all scripts are meant
import re
from typing import Final

# "~" stands for white space, "=" for white space or a hyphen.
_LICENCES: Final = (
    r"creative=commons|[\s>(]https?://(?:www\.)?creativecommons\.org/[lp]|(?:^"
    r"|[^#\w])cc(?:=|_)?(?:by\b|0\b|zero|attrib|namens)|public=domain|free~documentation~li[cz]en|\bgfdl\b|\bgnu=fdl\b"
    r"|lizenz~f(?:ü|&uuml;)r~freie~dokumentation|documenta\S{3,12}~(?:libre|lliure|livre|libera)\b"
    r"|フリー文書利用許諾|自由文[档檔件書]"
    r"|open~government~licen|\bogl~v?[23]|licence~ouverte|etalab|\bodbl\b|open~data(?:base~licen"
    r"|~commons)|odc-by|\bpddl\b"
    r"|\bdl-de|datenlizenz|data~licen[cs]e~germany|crown~copyright|gemeinfrei|domaine~public"
    r"|dom[ií]nio~p[uú]blico|pubblico~dominio"
    r"|apache=licen|mit=licen|bsd=licen|general~public~licen|mozilla~public~licen|python~software~foundation~licen"
    r"|\bpsf~licen|artistic~licen|eclipse~public~licen|union~public~licen|\beupl\b|boost~software~licen|\bunlicense\b"
    r"|\b(?:under|unter|sous|bajo|sob)~(?:\w+~){0,5}[al]?gpl|\bgpl(?:~)?ライセンス|licen.{0,2}[al]?gpl"
    r"|open~publication~licen|freebsd~documentation~licen|licence~art~libre|free~art~licen"
    r"|크리에이티브.?커먼즈|クリエイティブ.{0,2}コモンズ|\bcc(?:~)?表示|政府標準利用規約|公共データ利用規約|パブリック.?ドメイン|知识共享"
    r"|知識共享|[創创]用(?:~)?cc|креатив~коммонс"
)
_MACHINES: Final = (
    r"\btext[\s\x{a0}&a-z/-]{1,9}data=?mining|\bdata=mining|2019/790|44(?:~)?b~urhg|fouille~de~(?:textes?|donn)"
    r"|miner[ií]a~de~(?:texto|dato)|minera[cç][aã]o~de~(?:texto|dado)"
    r"|estrazione~di~testo|artificial=intelligence|machine=learning|language~models?|generative~ai"
    r"|\bai(?:=|(?:~)?[/,](?:~)?)(?:train|model|system|tool|bot|crawl|scrap|learn|develop|purpose|technolog|compan|firm|vendor"
    r"|compan|use|usage|ingest|generat|data|input|company|ml\b|or~|llm)"
    r"|\btrain\w{0,5}~(?:\w+~){0,4}(?:ai|llms?|models?)\b|(?:for|into|or|with|by)~ai\b|\bki-(?:system|modell|training"
    r"|zweck|anwend)|k(?:ü|&uuml;)nstliche\w*~intelligenz|intelligence~artificielle|inteligencia~artificial"
    r"|intelligenza~artificiale|inteligência~artificial|kunstmatige~intelligentie|sztuczn\w+~inteligencj"
    r"|искусственн\pL+~интеллект|машинн\pL+~обучени|нейросет|인공지능|ai.{0,8}학습|기계(?:~)?학습"
    r"|(?:обучени|trenowani|trainen|trening|träning|antrenman)\pL*~(?:\S+~){0,3}(?:ai|ии|ki)\b"
    r"|(?:ai|ａｉ)(?:の|へ|に|に?よる|等|など|を用|無断|・|や|または)?.{0,6}(?:学習|訓練|利用|使用|入力|読み込|训练|学习|學習)"
    r"|機械学習|人工知能|データマイニング|言語モデル|(?:训练|訓練).{0,12}(?:ai|模型)|人工智能|人工智慧"
)


def _in_text(pattern: str) -> str:
    return re.sub("[~=]", lambda one: rf"[\s\x{{a0}}\x{{3000}}{'-' * (one[0] == '=')}]+", pattern)


def _in_bytes(pattern: str) -> str:
    between = r"[\s\x{a0}\x{3000}]|&nbsp;|&#160;|&#xa0;|<[^<>]*>"
    return re.sub("[~=]", lambda one: f"(?:{between}{'|-' * (one[0] == '=')})+", pattern)


LICENCES: Final = _in_text(_LICENCES)
"""Names of licences, in the text of a page; case is ignored."""
MACHINES: Final = _in_text(_MACHINES)
"""Words for AI and the mining of text."""
WORDS: Final = _in_bytes(f"{_LICENCES}|{_MACHINES}")
"""Both, in the bytes."""
SOFT: Final = "&shy;|&#173;|&#x[aA][dD];|\\x{ad}"
"""Soft hyphens, which may stand in a word."""
FORBIDDING: Final = (
    r"\bno\b|not|n['’]t|\bnever\b|prohib|forbid|forbad|reserv|\bopt|object|refus|exclu|disallow|unauthor|permi[ts]"
    r"|consent|nicht|untersagt|verboten|vorbehalten|wider(?:spr|setz)|behält|behalten|ausgeschl|unzul|interdit|réserv"
    r"|oppos|vietat|riservat|proibi|verbod|zabron|zastrze|zakaz|запрещ|не\s|forbud|förbj|yasak|dilarang"
    r"|禁|断|遠慮|ませ|やめ|止め|控え|ないで|不可|ng|留保|保留|拒|オプトアウト|不得|严|嚴|勿|不允|금지|불허|거부|않"
)
"""What stands in every sentence that reserves use by machines, and in many others."""
