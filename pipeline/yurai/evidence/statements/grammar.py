"""Hold what sentences about licences are made of, by language: subjects, verbs, exceptions, and what is no claim.

English, Japanese and German are read best; French, Spanish, Italian, Portuguese and Chinese by their commonest forms.
"""

# ruff: noqa: RUF001 - marks of all scripts are meant
import re
from typing import Final

from yurai.evidence.late_pattern import LatePattern


def _any(*parts: str) -> LatePattern:
    return LatePattern("|".join(parts))


EXCEPTION: Final = _any(
    r"\b(?:except|unless|if\s+not|where\s+not)\b[^,;.。]{0,60}?\b(?:noted|stated|specified|indicated|mentioned|marked"
    r"|credited|attributed"
    r"|labell?ed|declared|expressed|acknowledged)\b(?:\s+otherwise)?,?",
    r"\b(?:soweit|sofern|wenn|falls)\b[^,;.]{0,30}?\b(?:nicht|keine?)\b[^,;.]{0,40}?(?:angegeben|anders"
    r"|gekennzeichnet|ausgewiesen"
    r"|vermerkt|angemerkt|vermerkt\s+ist)\b(?:\s+(?:angegeben|gekennzeichnet|ausgewiesen|vermerkt|ist|sind))*,?",
    r"\bsauf\s+(?:mention|indication|avis)\s+contraires?,?|\bsalvo\b[^,;.]{0,30}?\bcontrario,?"
    r"|\bsalvo\s+diversa\s+indicazione",
    r"\bexceto\s+(?:onde|quando)[^,;.]{0,30}(?:indicado|contrário),?",
    r"(?:特に|別途|特段の?|他に|別に)?[^。、]{0,12}(?:記載|明記|断り|注記|表記|表示|定め|注釈)(?:[のが])?(?:ない|無い"
    r"|な)(?:限り|場合)[はを]?、?",
    r"(?:特に|別途)?[^。、]{0,10}(?:特記|注記|断り書き|明記)(?:のある|された|した)[^。、]{0,10}(?:を除(?:き|いて)"
    r"|以外は?)、?",
    r"除(?:非|特别|特別|另)[^。，,]{0,12}(?:声明|說明|说明|聲明|注明|註明)(?:外)?[，,]?",
)
"""Words that set parts apart from what a sentence licenses: the claim stands, and so does the notice."""
LATER_EXCEPTION: Final = _any(
    r"\b(?:except|unless|excluding|with\s+the\s+exception\s+of|apart\s+from)\b|\b(?:außer|ausgenommen|mit\s+ausnahme)\b"
    r"|\b(?:sofern|soweit)\s+(?:nicht|keine)|\bsalvo\b|\bsauf\b|\bà\s+l['’]exception",
    r"(?:ただし|但し|なお)[^。]{0,80}(?:除|対象外|別途|この限り)|を除(?:き|く|いて)|(?:一部|以外)[^。]{0,20}除"
    r"|は対象外",
)

_CONTENT_EN: Final = (
    r"contents?|texts?|articles?|posts?|blog\s?posts?|materials?|information|documents?|documentation|docs"
    r"|books?|chapters?"
    r"|publications?|contributions?|essays?|stor(?:y|ies)|entr(?:y|ies)|papers?|reports?|manuals?|guides?|lessons?"
    r"|wiki\s?pages?"
    r"|tutorials?|work|works|pages?|handbook|preprint|transcripts?|lyrics|poems?"
)
CONTENT: Final = _any(
    rf"\b(?:{_CONTENT_EN})\b",
    r"\b(?:inhalte?n?|texte?n?|beitr(?:ag|äge)n?|artikeln?|eigenbeiträge|materialien|werke?s?|arbeit(?:en)?"
    r"|dokumente?|buch|dokumentation"
    r"|seiten?)\b|\btextuell",
    r"\b(?:contenus?|textes?|articles?|œuvres?|oeuvres?|documents?|pages?|contenidos?|textos?|artículos?|obras?"
    r"|documentos?"
    r"|contenuti|testi|articoli|opera|conteúdos?|artigos?)\b",
    r"コンテンツ|テキスト|文章|本文|記事|文書|情報|著作物|作品|資料|ドキュメント|内容|書籍|論文|レポート|報告書|投稿"
    r"|解説|記述|教材|マニュアル",
    r"内容|文章|文字|文本|文档|文檔|作品|资料|資料|本文",
)
PICTURE: Final = _any(
    r"\b(?:images?|files?|photos?|photographs?|photography|pictures?|figures?|icons?|illustrations?|logos?|videos?"
    r"|films?"
    r"|music|songs?|tracks?"
    r"|audio|podcasts?|recordings?|sounds?|maps?|thumbnails?|artwork|drawings?|screenshots?|infographics?|banner"
    r"|graphics)\b",
    r"\b(?:bild(?:er)?n?|fotos?|grafiken?|abbildung(?:en)?|videos?|musik|karten?|titelbild|aufnahmen?|zeichnungen?)\b",
    r"\b(?:imagen?es|imágenes|imagen|fotografías?|photographies?|vidéos?|immagin[ei]|imagens?|icônes?|iconos)\b",
    r"画像|写真|イラスト|図版|アイコン|動画|映像|音楽|音声|楽曲|素材|地図|フォント|ロゴ|图片|照片|圖片|视频|插图",
)
WHERE: Final = _any(
    r"\b(?:on|of|in|from|at|across|throughout|within)\s+(?:this|our|the|these|my)\s+(?:[\w'’-]+\s+){0,2}?"
    r"(?:pages?|articles?|posts?|documents?|books?|guide|entry|(?:web\s?)?sites?|blogs?|wiki)\b",
    r"\b(?:in|auf|aus|zu|von)\s+(?:diese[mrnsr]|unsere[mrns]|der|dem)\s+[\w-]+|\b(?:de|dans|sur|en)\s+(?:cet(?:te)?"
    r"|ce|est[ae])\s+\w+",
    r"(?:本|この|当)(?:記事|文書|作品|資料|書|文章)(?:内|中)?の(?=[^はを]{0,12}(?:画像|写真|イラスト|図版|動画|音"
    r"|地図|ロゴ))",
)
"""Where a thing stands: "the photos in this article" are not the article."""
REDUCED: Final = re.compile(
    r"\A\W*(?:licen[sc]es?\W+)?(?:can|may|must|should|is|are|has|have|will|cannot)\b"
    r"|\A[^。]{0,30}?(?:された|されている|した|している|される|する)(?=[一-龠ァ-ヶ])(?!もの|旨|許可|許諾)",
    re.IGNORECASE,
)
"""What follows a name that only says which things are meant: "content licensed under CC BY can be reused"."""
COPULA: Final = re.compile(r"\b(?:is|are|has|have|been|be)\b|[はが]", re.IGNORECASE)
PICTURE_HOST: Final = _any(
    r"\bwikimedia\s+commons\b|\bvia\s+wiki|\bflickr\b|\bunsplash\b|\bpixabay\b|\bpexels\b|\bshutterstock\b"
    r"|\bown\s+work\b"
)
DATA: Final = _any(
    r"\b(?:data|datasets?|data\s+sets?|databases?|corpus|corpora|metadata|geodata|daten(?:satz|sätze)?|données"
    r"|datos)\b|データ(?!利用)|数据"
)
TOOL: Final = _any(
    r"\b(?:software|code|samples?|snippets?|source|program|librar(?:y|ies)|plug-?ins?|themes?|templates?|fonts?"
    r"|typeface|scripts?|apps?"
    r"|application|package|module|tool|framework|extension|design|layout|skin|css|model|weights)\b",
    r"ソフトウェア|コード|プログラム|ライブラリ|テーマ|テンプレート|プラグイン|モデル|软件|代码|主题",
)
BORROWED: Final = _any(
    r"\b(?:uses?(?!\s+(?:the|an?)\s*\Z)|using|contains?|includes?|incorporates?|adapt(?:s|ed)|based\s+on|derived|taken|reproduced\s+from"
    r"|quoted|excerpts?|courtesy"
    r"|portions?\s+of|parts?\s+of|some\s+of|some\s+(?:content|text|material|pages|images)|certain|originally|imported"
    r"|copied\s+from|via"
    r"|translated\s+from|source|sourced|which|that\s+(?:is|are|was|were)|whose|its|their|his|her)\b",
    r"\b(?:stammen|stammt|entnommen|basier(?:t|en)|quelle|auszug|teilweise|zum\s+teil|einige)\b|\b(?:tiré|extraits?"
    r"|provient|certains)\b",
    r"出典|引用元|転載元|に基づく|から引用|もとにした|元にした|由来|一部の|を含む|を改変|を使用して|を利用して|来自"
    r"|引自|转载自|轉載自",
)
HYPOTHETICAL: Final = _any(
    r"\b(?:if|when|whether|whenever|suppose|imagine|for\s+example|e\.g|such\s+as|how\s+(?:to|do|can)|would|could|should"
    r"|might|must\s+be|will\s+be"
    r"|was|were|used\s+to|no\s+longer|formerly|previously|until|agree|choose|choosing|consider|ought|decid\w+"
    r"|encourage\w*|recommend\w*"
    r"|want|ask(?:s|ed|ing)?|any(?:one|body)\s+who|requires?|many|most|other\s+(?:sites|people)|submit\w*|upload\w*"
    r"|contribut(?:e|ing)"
    r"|said|says|announced|plans?|planned|entitled|titled|copy\s+of\s+the\s+licen[sc]e|operator)\b",
    r"\b(?:wenn|falls|würde[n]?|könnte[n]?|sollte[n]?|beispiel\w*|wurden?|war(?:en)?|früher|bisher|ob)\b|\b(?:si"
    r"|était|étaient|seront|quando|cuando)\b",
    r"場合|例えば|たとえば|べき|でしょう|かもしれ|でした|ました|ていた|予定|検討|投稿者|同意|選択|とは|とき(?:は|に)"
    r"|如果|例如|可以选择|曾",
)
NEGATION: Final = _any(
    r"\b(?:not|never|neither|nor|cannot|without|excluded|isn['’]?t|aren['’]?t|doesn['’]?t|don['’]?t|no)\b(?!\s+only)",
    r"\b(?:nicht|nie|kein(?:e[rsnm]?)?)\b|\b(?:ne|n['’](?:est|a))\b[^,;]{0,40}\b(?:pas|plus)\b|\bno\b|\bnon\s+(?:è"
    r"|sono)\b|\bnão\b",
    r"不(?:适用|適用|采用|是|使用)|并非|(?<!除)非本",
)
NEGATION_AFTER: Final = _any(
    r"\A[^.;,]{0,40}?\b(?:does\s+not|do\s+not|doesn['’]t|is\s+not|are\s+not|no\s+longer|not\s+appl\w+|nicht|not)\b",
    r"\A(?:(?!が、|けれど|ただし|但し)[^。]){0,40}?(?:では(?:な|あり)|じゃな|ませ[んぬ]|ない(?!限り)|なく|ず(?:、|に)"
    r"|対象外|不可|除外|不适用|不適用)",
)
HYPOTHETICAL_AFTER: Final = re.compile(
    r"\A[^。]{0,40}?(?:場合|予定|検討|べき|とき(?:は|に)|」?と(?:書|記載|明記|表示|いう|は)|といった|方法|と?発表"
    r"|と述べ|」と)"
    r"|\A[^.;]{0,20}?\bis\s+(?:what|how|an?\s+example)\b"
)
QUESTION: Final = re.compile(r"[?？][\"”」)]?\s*\Z|か[。.]?\s*\Z")

_VERBS_EN: Final = (
    r"licen[sc]ed|re-?licensed|released|distributed|redistributed|published|provided|available|offered|shared|made"
    r"|covered|governed|used"
    r"|reused|re-used|usable|reproduced|modify|distribute|redistribute|copy|republish(?:ed)?|copied|modified"
    r"|protected|licensable"
    r"|dedicated|placed|copyrighted"
    r"|licen[sc]e|release|publish|offer|provide|share"
)
_LINK: Final = r"(?:under|by|through|via|with|as|subject\s+to|in\s+accordance\s+with|according\s+to|in|into|to|at|on)"
BEFORE: Final = _any(
    r"\b(?:posto|placé|versé|mis|puesto|liberado|colocado|está|è|é)\s+(?:(?:nel|di|dans\s+le|en|en\s+el|em|no)\s+)?\Z",
    r"\b\w{0,3}li[cs]en[szcç]\w*\s+(?:\w+\s+){0,4}\Z|лицензи\w+\s+\Z",
    r"\b(?:licenciad[oa]s?|distribuit[oaie]|rilasciat[oaie]|concesso|pubblicat[oaie]|publicad[oa]s?)\b[^;.]{0,40}\Z",
    r"\b(?:this|our|the)\s+(?:\w+\s+){0,2}(?:uses|carries|has)\s+(?:the|an?)\s+\Z",
    r"ライセンス[^。]{0,16}(?:提供|公開|利用|配布|適用)[^。]{0,12}[:：]\s*\Z",
    r"\b(?:articles?|papers?|works?|contents?|texts?|sites?|pages?|books?|documents?|chapters?)\s+under\s+(?:the\s+"
    r"|an?\s+)?"
    r"(?:terms\s+of\s+(?:the\s+|an?\s+)?)?\Z",
    rf"\b(?:{_VERBS_EN})\b[^;.]{{0,70}}?\b{_LINK}\b[^;.]{{0,60}}\Z",
    r"\b(?:is|are)\s+(?:hereby\s+)?(?:under|in|into)\s+(?:the\s+|an?\s+)?(?:terms\s+of\s+)?(?:the\s+|an?\s+)?\Z",
    r"\b(?:is|are)\s+(?:considered\s+|deemed\s+)?(?:(?:in|to\s+be\s+in)\s+the\s+)?\Z",
    r"\b(?:steh(?:t|en)|unterlieg(?:t|en)|lizen[sz]iert|veröffentlicht|verfügbar|nutzbar|bereitgestellt"
    r"|freigegeben)\b[^;]{0,90}\Z",
    r"\b(?:ist|sind|werden)\b[^;.]{0,90}?\b(?:unter|als|gemäß|nach)\b[^;.,]{0,30}\Z",
    r"\b(?:sous|bajo|sotto|sob|sota|segundo|seguendo)\s+(?:l[eo]s|i|os|els)\s+t[eéè]rm\w{2,4}\s+(?:de|della?|da)\s+(?:la\s+|l['’])?\Z",
    r"\b(?:sous|selon\s+les\s+termes|bajo|sotto|sob|sota|con|com)\s+(?:la\s+|les\s+|los\s+|a\s+|una?\s+|uma\s+"
    r"|l['’])?(?:termes\s+de\s+(?:la\s+)?)?"
    r"(?:licen[czsç]\w*\s+|contrat\s+)?\Z",
    r"(?:采用|採用|采取|遵循|遵守|依据|依據|根据|使用|基于|以|在|按照|适用|适用于)[^。]{0,16}\Z",
)
"""What relates a subject to the name that follows."""
AFTER: Final = _any(
    r"\A[^.;,]{0,24}?\blisans\w*\s+altında\b|\A[^.;,]{0,24}?\blisanslan",
    r"\A[^.;,]{0,30}?\b(?:lizen[sz]iert|veröffentlicht|verfügbar|freigegeben|bereitgestellt|gestellt|zugänglich"
    r"|nutzbar)\b",
    r"\A[^.;,]{0,24}?\bappl(?:y|ies)\s+to\b|\A[^.;,]{0,16}?\bcovers\b|\A[^.;,]{0,16}?\bgilt\s+für\b",
    r"\A[^。]{0,26}?(?:の(?:下|もと|許|元)(?:に|で)?|で|に(?:より|よって|よる|基づ|準拠|従っ|則っ|したが|もとづ)"
    r"|として|を(?:適用|採用|付与|付し)|に属し|が適用)"
    r"[^。]{0,40}(?:提供|公開|利用|ライセンス|許諾|配布|使用|適用|準拠|採用|頒布|付与|複製|再利用|転載|属し|発行|掲載"
    r"|作成|定め)",
    r"\A[^。]{0,24}?(?:に従[うっい]|に則[りっ]|に基づ[いき]|の(?:下|もと))[^。]{0,60}?(?:許可(?:を与え|し|され)|許諾(?:し|され)|認め)",
    r"\A[^;]{0,120}?\b(?:megfelelően|alapján|szerint|alatt)\b[^;]{0,40}?(?:\bmásol|\bterjeszt|\bhasznál|\bmódosít|\belérhető|\bközz?é)",
    r"\A[^.。]{0,24}?(?:에\s?따라|로)\s?[^.。]{0,16}(?:이용|사용|배포|제공)",
    r"\A[」』）\s]*に(?:準拠|従[いっう]|基づ|のっと|則)|\A[」』）\s]*(?:ライセンス)?(?:です|である|に属し|となり"
    r"|になり|とし)",
    r"\A[^。]{0,20}?(?:进行|進行|许可|許可|授权|授權|发布|發布|共享|提供|协议|條款|条款)",
)
LABEL: Final = _any(
    r"(?:\A|[.;|•·)\]]\s*|\b(?:content|text|article|page|document)\s+)(?:licen[sc]es?|licen[sc]ed|lizenz|licencia"
    r"|licenza|licença|ライセンス|利用条件"
    r"|著作権|rights|rights\s+statement|许可协议|版权声明)\s*[:：]?\s*(?:the\s+|an?\s+|der\s+)?\Z",
)
"""What stands before a name that is given as a value."""
RIGHTS_LINE: Final = _any(
    r"\A\W*(?:copyright|copyleft|©|\(c\)|some\s+rights|(?:19|20)\d\d|licen[sc]ed?\b|lizenz|published\b|rights\b)"
)

SITE: Final = _any(
    r"(?:本|この|当)\s?(?:コンテンツ)?(?:利用(?:ルール|規約)|ルール)(?=[はが])",
    r"\b(?:this|our|these|my)\s+(?:[\w'’-]+\s+){0,2}?(?:web\s?sites?|sites?|weblog|blog|wiki|portal|journal|magazine"
    r"|forum|project|newsletter|encyclopa?edia"
    r"|(?:web)?pages)\b|\b(?:on|of|by|in)\s+the\s+(?:[\w'’-]+\s+)?(?:web\s?site|site|blog|wiki)\b|\b(?:site|website"
    r"|blog|wiki)\s+contents?\b",
    r"\bdiese[rsnm]?\s+(?:[\w-]+\s+)?(?:web-?site|web-?seiten?|homepage|seiten|(?:we)?blogs?|internet\w+|wikis?"
    r"|portals?|podcasts?)\b"
    r"|\bunsere[rsnm]?\s+(?:web\w+|seiten?|blogs?|homepage)\b|\b(?:inhalte?|texte|beiträge"
    r"|artikel)\s+diese[rs]\s+seite\b",
    r"\b(?:ce|du|notre|présent)\s+(?:site|blog|wiki|portail)\b|\b(?:este|nuestro|del)\s+(?:sitio|blog|portal|web"
    r"|wiki)\b"
    r"|\b(?:questo|del|nostro)\s+(?:sito|blog)\b|\b(?:deste|este|nosso)\s+(?:site|blog|sítio|portal)\b",
    r"(?:本|当|この|こちらの|弊|私たちの|我々の)\s?(?:ウェブ|Web|ホーム|公式|ブログ|情報|プロジェクト)?(?:サイト"
    r"|ブログ|ホームページ|Wiki|ウィキ|ポータル|ＨＰ|HP\b)",
    r"本(?:站|网站|網站|博客|部落格|站点|维基|維基)",
)
PAGE: Final = _any(
    r"\bthis\s+is\s+an?\s+open[\s-]access\s+(?:article|paper|book|chapter|publication)\b",
    rf"\b(?:this|the\s+present|these)\s+(?:[\w'’/-]+\s+){{0,2}}?(?:{_CONTENT_EN})\b|\b(?:this"
    rf"|the)\s+(?:original\s+)?work\b|\bmodify\s+(?:it|this)\b",
    r"\bdiese[rsnm]?(?:\([rsnm]\))?\s+(?:[\w-]+\s+)?(?:werke?s?|artikels?|beitr(?:ag|ags|ages)|texte?s?|dokument\w*"
    r"|seite|buch\w*|handbuch\w*|anleitung|dokumentation|arbeit|inhalte?s?|publikation)\b",
    r"\b(?:cette?|ce|cet|la\s+présente)\s+(?:œuvre|oeuvre|article|page|document|texte|création|contenu|billet|livre"
    r"|ouvrage)\b",
    r"\b(?:est[ea])\s+(?:obra|artículo|página|documento|texto|contenido|trabajo|libro|entrada|artigo|conteúdo"
    r"|trabalho)\b"
    r"|\bquest[oa]?['’]?\s?(?:opera|articolo|pagina|documento|testo)\b",
    r"\best[ea]s?\s+(?:livro|site|trabalho|publicação)\b|\bbu\s+(?:kitap|sayfa|belge|makale|eser|çalışma|içerik)\b",
    r"\bdi[te]\s+(?:werk|boek|artikel|document)\b|\bdeze\s+(?:pagina|tekst)\b|\bdenna\s+(?:bok|sida|artikel|text)\b"
    r"|\bdette\s+(?:verk|værk)\w*"
    r"|\b(?:buku|halaman|artikel|karya|dokumen)\s+ini\b|\bt[aeo]n?\s+(?:książka|strona|artykuł|utwór|tekst|dokument)\b"
    r"|\baquesta?\s+(?:document|pàgina|article|llibre|text|obra|manual)\b"
    r"|\bezt?\s+az?\s+(?:dokumentum|oldal|könyv|cikk|kézikönyv|szöveg|mű|írás)\w*"
    r"|\bt(?:ento|ato|oto|uto)\s+(?:dokument|stránk|člán(?:ek|k)|knih|text|díl|příručk)\w*"
    r"|\b(?:эт[аои]т?|данн\w+)\s+(?:книга|статья|страница|произведение|текст|документ|работа)\b|이\s?(?:저작물|문서"
    r"|글|페이지|책)",
    r"(?:本|この|当該|こちらの|当)\s?(?:ページ|頁|記事|文書|資料|作品|著作物|書籍?(?![きい])|論文|ドキュメント"
    r"|コンテンツ|文章|テキスト|教材|マニュアル|稿|報告書|投稿|レポート|文献|翻訳)"
    r"|本文(?=[はの])",
    r"本(?:文|文章|作品|页|頁|页面|著作|书|书籍|文档|教程|条目)(?!件)|此(?:文|作品|页面)",
)
_THE_REST: Final = (
    r"(?=\s*(?:\Z|[,;:(–—-]|\b(?:is|are|has|have|may|can|for|of|on|in|at|and|or|to|you|under|by|as|itself|licen[sc]ed"
    r"|released|distributed|published|available|provided|made|covered|a|ha|hat|foi|ist|sind|steht|stehen|wird|werden|unter|est|sont"
    r"|sous|está|es|bajo|é|sob|è|sotto)\b))"
)
DOCUMENT: Final = _any(
    r"\b(?:this|these|the|our|all)\s+(?:[\w'’/-]+\s+){0,2}?(?:(?:web\s?)?pages?|documents?|documentation|docs|manuals?"
    r"|handbook|guides?|books?|articles?|texts?|tutorials?|specification|faq|contents?|(?:blog\s?)?posts?|(?:doc|info)?file"
    rf"(?=\s+documents)){_THE_REST}|\A\W*(?:documentation|docs|contents?|texts?|articles|posts){_THE_REST}",
    rf"\bdiese[rsmn]?\s+(?:[\w-]+\s+)?(?:dokument\w*|seiten?|handbuch|artikel|text|buch|anleitung){_THE_REST}",
    rf"\b(?:ce|cet|cette)\s+(?:document|page|manuel|article|texte|documentation|livre){_THE_REST}",
    rf"\best[ae]\s+(?:documento|página|manual|artículo|artigo|texto|libro|livro|documentación){_THE_REST}"
    rf"|\bquest[oa]\s+(?:documento|pagina|manuale|articolo|testo|libro){_THE_REST}",
    r"\baquesta?\s+(?:document|pàgina|article|llibre|text|manual)\b"
    r"|\bezt?\s+az?\s+(?:dokumentum|oldal|könyv|cikk|kézikönyv|szöveg)\w*"
    r"|\bt(?:ento|ato|oto|uto)\s+(?:dokument|stránk|člán(?:ek|k)|knih|text|příručk)\w*",
    r"\b(?:эт[аои]т?|данн\w+)\s+(?:документ\w*|страница|руководство|статья|текст)",
    r"(?:本|この|当該?)\s?(?:ページ|文書|ドキュメント|記事|マニュアル|資料|書籍|教材|テキスト|文章|翻訳)(?=[はをも、])|本書(?=[はをも、])",
    r"本(?:文档|文檔|页|頁|页面|文|手册|教程|文章|书)|이\s?(?:문서|글|페이지|책)",
)
"""What is text for certain: a licence for programs counts only for such."""
BARE: Final = _any(
    r"\brepublish\s+(?:all\s+of\s+|any\s+of\s+)?(?:our|my|these)\s+(?:articles|stories|content|work|posts|material)\b",
    r"\A\W*(?:(?:all|the|our|my|other|any|both|original|own|community|user|written|editorial|textual|wiki|blog|site"
    r"|website|page|text|published|our\s+own)\s+)*"
    r"(?:contents?|texts?|articles|posts|materials?|information|documentation|docs|contributions|publications|pages"
    r"|entries|blog\s+posts)\b",
    r"\A\W*(?:steh(?:t|en)\s+|sind\s+|unterliegen\s+)?(?:(?:alle|sämtliche|die|der|das|unsere|eigenen?|textuellen"
    r"|redaktionellen)\s+)*"
    r"(?:inhalte?|texte?|beiträge|artikel|eigenbeiträge|materialien)\b",
    r"\A\W*(?:(?:tous|les|le|nos|el|los|todos|nuestros|i|tutti|os|o|il)\s+)*(?:contenus?|textes?|articles|contenidos?"
    r"|textos?|artículos|contenuti|testi|conteúdos?|testo)\b",
    r"\A\W*(?:(?:すべて|全て|掲載)の?)?(?:コンテンツ|テキスト|記事|文章|本文|内容|掲載内容|文書)(?:の内容)?(?:は"
    r"|に関しては|について)",
    r"\A\W*(?:所有)?(?:内容|文字内容|文章|文本)",
)
OWNER: Final = re.compile(
    r"\b(?:on|of|from|in|at|by|auf|von|aus|de|des|del|di)\s+(?:the\s+|dem\s+"
    r"|der\s+)?(?P<name>[\"“„»']?[A-Z0-9][\w.'’&-]*(?:\s+[A-Za-zÄÖÜäöüß][\w.'’&-]*){0,3}|[\w-]+(?:\.[\w-]+)+)"
    r"|(?P<japanese>[\w.・ー-]{2,30})の(?=コンテンツ|テキスト|記事|文章|本文|内容)"
)
"""Whose the content is said to be."""
FIRST: Final = _any(
    r"\b(?:we|i|we['’]re|i['’]m)\b[^,;.]{0,40}?\b(?:licen[sc]\w*|releas\w*|publish\w*|offer\w*|mak\w*|provid\w*"
    r"|shar\w*)\b",
    r"\b(?:wir|ich)\s+(?:stelle[n]?|veröffentliche[n]?|lizenziere[n]?)\b|\bnous\s+(?:publions|diffusons)\b|(?:私|当社"
    r"|弊社|我々|私たち)[^。、]{0,10}[はが]",
)
CLAUSE: Final = re.compile(
    r"[;；|•♦·¦]\s|,\s(?:and|but|while|whereas|wobei|und|mais)\s(?=[^,]{4})|、(?:また|ただし|但し)"
)
"""Where another clause, with a subject of its own, begins."""
JOINT: Final = re.compile(
    r"\A(?:[\s,/+&()（）「」『』、]|and|or|und|oder|et|ou|y|o|e|as\s+well\s+as|および|及び|または|又は|もしくは|と|か"
    r"|the|a|an|der|die|either|both|under|unter|terms\s+of"
    r"|licen[sc]es?|ライセンス|dual[\s-]?licensed|version\s\d(?:\.\d)?(?:\sor\s(?:any\s)?later)?"
    r"|or\s(?:any\s)?later(?:\sversion)?|at\s+your\s+option|http\S{0,90})*\Z",
    re.IGNORECASE,
)
"""What joins a further name to the one before: both are said of the same subject."""
