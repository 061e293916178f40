"""Hold the words without which `words` finds nothing, as one pattern for the bytes of a page and for its text."""

# ruff: noqa: RUF001 - marks of all scripts are meant
from typing import Final

_LICENCE_WORDS: Final = (
    r"creative(?:[\s-]|&nbsp;|\xa0){1,3}commons|[\s>(]https?://(?:www\.)?creativecommons\.org/[lp]|(?:^"
    r"|[^#\w])cc[\s_-]?(?:by\b|0\b|zero|attrib|namens)|public[\s-]domain|free\s+documentation\s+licen|\bgfdl\b"
    r"|open\s+government\s+licen|\bogl\s+v?[23]|licence\s+ouverte|etalab|\bodbl\b|open\s+data(?:base\s+licen"
    r"|\s+commons)|odc-by|\bpddl\b"
    r"|\bdl-de|datenlizenz|data\s+licen[cs]e\s+germany|crown\s+copyright|gemeinfrei|domaine\s+public"
    r"|dominio\s+p[uú]blico"
    r"|크리에이티브.?커먼즈|クリエイティブ.{0,2}コモンズ|\bcc\s?表示|政府標準利用規約|公共データ利用規約|パブリック.?ドメイン|知识共享"
    r"|知識共享|[创創]用\s?cc"
)
_MACHINE_WORDS: Final = (
    r"\btext[\s&a-z/-]{1,9}data[\s-]?mining|\bdata\smining|2019/790|44\s?b\s+urhg|fouille\s+de\s+(?:textes?|donn)"
    r"|miner[ií]a\s+de\s+(?:texto|dato)"
    r"|estrazione\s+di\s+testo|artificial[\s-]intelligence|machine[\s-]learning|language\smodels?|generative\sai"
    r"|\bai[\s-](?:train|model|system|tool|bot|crawl|scrap|learn|develop|purpose|technolog|or\s)"
    r"|\btrain\w{0,5}\s(?:\w+\s){0,4}(?:ai|llms?)\b|(?:for|into|or)\sai\b|\bki-(?:system|modell|training|zweck"
    r"|anwend)|k(?:ü|&uuml;)nstliche\w*\sintelligenz|intelligence\sartificielle|inteligencia\sartificial"
    r"|intelligenza\sartificiale"
    r"|(?:ai|ａｉ)(?:の|へ|に|に?よる|等|など|を用|無断|・|や|または)?.{0,6}(?:学習|訓練|利用|使用|入力|読み込)"
    r"|機械学習|人工知能|データマイニング|言語モデル|(?:训练|訓練).{0,12}(?:ai|模型)|人工智能|人工智慧"
)
WORDS: Final = f"{_LICENCE_WORDS}|{_MACHINE_WORDS}"
"""For re2, case ignored."""
