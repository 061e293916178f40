"""Hold the nouns that a licence is said of: texts, parts of a page, data, what users wrote."""
# ruff: noqa: RUF001 - letters of all scripts are meant

from typing import Final


def _any(*alternatives: str) -> str:
    return "|".join(alternatives)


CONTENT: Final = _any(
    r"contents?|texts?|articles?|posts?|postings?|entr(?:y|ies)|stor(?:y|ies)|(?:we)?blogs?|web-?sites?|sites?|web-?pages?",
    r"pages?|wikis?|works?|materials?|documents?|documentation|manuals?|books?|tutorials?|guides?|publications?|papers?",
    r"chapters?|courses?|lessons?|essays?|writings?|recipes?|translations?|journals?|reports?|newsletters?",
    r"inhalte?[ns]?|texte[ns]?|textuellen|artikeln?|beitr[aä]ge?n?|werke?s?|webseiten?|seiten?|dokumente?n?|arbeit|buch",
    r"contenus?|œuvres?|oeuvres?|billets?|contenidos?|textos?|artículos?|obras?|sitio|páginas?|conteúdos?|contenut[oi]",
    r"test[oi]|oper[ae]|pagine|текст\w*|содержи\w+|контент\w*|материал\w*|стать[ияей]+|сайт\w*|произведени\w+",
)
PARTS: Final = _any(
    r"photo(?:graph|graphie)?s?|pics?|pictures?|images?|imagery|illustrations?|graphics?|graphism\w*|art-?works?|icons?",
    r"icones?|icônes?|logos?|fonts?|typefaces?|emojis?|avatars?|banners?|screenshots?|backgrounds?|maps?|tiles",
    r"video(?:s|clips?)?|films?|music|songs?|sounds?|audio|recordings?|podcasts?|animations?|drawings?|paintings?",
    r"cartoons?|comics?|themes?|templates?|designs?|designed|layouts?|skins?|css|style-?sheets?|plug-?ins?|software|source",
    r"code|scripts?|programs?|librar(?:y|ies)|lightbox\w*|bootstrap|fotos?|fotograf\w*|bild(?:er|ern|material)?",
    r"grafik(?:en)?|abbildungen?|symbole|vorlagen?|web-?design|quellcode|programme?|karten?|musik|thème|modèles?",
    r"plantillas?|diseño|imágen(?:es)?|imagen|iconos?|mapas?|música|vídeos?|ícones?|imagens?|immagin[ei]|grafica|icone",
    r"фото\w*|изображени\w+|иллюстраци\w+|картин\w+|шаблон\w*|тем[аы]|дизайн\w*|карт[аы]",
)
DATA: Final = _any(
    r"data|openstreetmap|data-?sets?|data-?bases?|metadata|daten(?:s[äa]tze)?|datenbank(?:en)?",
    r"données|datos|dados|dati|данные",
)
USERS: Final = _any(
    r"(?:user|community|member|reader)s?(?:[- ](?:generated|submitted|supplied))?[ -]?"
    r"(?:contributions?|contributed|content|submissions?|posts?|comments?)",
    r"comments",
)
WITHIN: Final = (
    r"\b(?:on|in|of|at|from|across|throughout|within|to|for|about|auf|im|aus|von|der|des|dieser|dieses|diesem|sur|de|du"
    r"|dans|en|del|della|su|nel|da|do|на|в)\s+(?:(?:this|the|our|my|these|all|its|your|diese[mrsn]?|unsere[mrn]?|ce|cet"
    r"|cette|este|esta|questo|этом|этого)\s+)?"
)
"""What stands before a noun that says only where: "photos on this site"."""
LISTS: Final = r"and|or|all|other|the|its|und|oder|et|y|e|ou|o|и"
"""Words between the nouns of a list."""
CJK_LISTS: Final = r"及び|および|と|や|和|与|및"
CJK_CONTENT: Final = _any(
    r"本文|文章|記事|コンテンツ|テキスト|文書|著作物|作品|サイト|ページ|ブログ",
    r"内容|页面|頁面|网站|網站|博客|本站|文字|텍스트|콘텐츠|저작물|사이트|글",
)
CJK_PARTS: Final = _any(
    r"写真|画像|図版|イラスト|アイコン|素材|テンプレート|テーマ|デザイン|フォント|地図|音楽|動画",
    r"图片|圖片|照片|图标|主题|模板|设计|視頻|视频|사진|이미지|아이콘|테마|디자인",
)
CJK_DATA: Final = r"データ|数据|數據|데이터"
CJK_WITHIN: Final = r"(?:内|中|上)?[のに의]"
"""What stands behind such a noun in Japanese and Korean."""
SAYS: Final = _any(
    r"licen[cs]ed|under|licen[cs]e|steh(?:t|en)|lizen[zs]|available|released|published|lice?n[czs]",
    r"ライセンス|提供|許諾|采用|许可|라이선스",
)
"""Words of a clause that says something is licensed."""
CLAUSE_END: Final = r"(?<!\b[A-Z])\.\s|[!?;]\s|[。!?;•·♦¦|‖\u2028\x00]|\s[–—]\s|\blicen[cs]e,\s|\blicen[cs]e\s(?=and\b)"
