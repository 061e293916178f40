"""Licences in markup: for each channel and class of false positive, what is claimed, of what, and what is declared."""

from __future__ import annotations

from collections import Counter

import pytest

from evidence_pages import BY, SA, URL, body, claims, head, marks
from yurai.evidence import declared, header_marks

REL = f'<a rel="license" href="{BY}">CC BY</a>'
BARE = f'<a href="{BY}">CC BY</a>'
BADGE = f'<a href="{BY}"><img src="/img/cc.png" alt="CC BY"></a>'
CC = "CC-BY-4.0"
GPL = "https://www.gnu.org/licenses/gpl-3.0.html"
OWN = "/wiki/Project:Terms"
WIKI = "https://en.wiki.example/wiki/Wiki:Text_of_the_Creative_Commons_Attribution-ShareAlike_4.0_International_License"


def ld(json: str) -> str:
    return head(f'<script type="application/ld+json">{json}</script>')


PAGES: dict[str, tuple[str, str | None, str | None]] = {
    # places of rel=license and of bare links
    "rel in the body": (body(f"<p>{REL}</p>"), CC, "page"),
    "rel in an article": (body(f"<article><p>{REL}</p></article>"), CC, "main_text"),
    "rel in main": (body(f"<main><p>{REL}</p></main>"), CC, "main_text"),
    "rel in a role": (body(f'<div role="main"><p>{REL}</p></div>'), CC, "main_text"),
    "rel in the head": (head(f'<link rel="license" href="{BY}">'), CC, "page"),
    "rel of Dublin Core in the head": (head(f'<link rel="DCTERMS.license" href="{BY}">'), CC, "page"),
    "copyright in the head, as MediaWiki": (head(f'<link rel="copyright" href="{BY}">'), CC, "page"),
    "rel in a footer": (body(f"<footer>{REL}</footer>"), CC, "page"),
    "rel in a sidebar": (body(f"<aside>{REL}</aside>"), CC, "site"),
    "rel in a sidebar by name": (body(f'<div id="left-sidebar"><ul><li>{REL}</li></ul></div>'), CC, "site"),
    "rel in a widget": (body(f'<div class="widget widget_text">{REL}</div>'), CC, "site"),
    "rel in navigation": (body(f"<nav>{REL}</nav>"), CC, "site"),
    "bare in a footer": (body(f"<footer><p>{BARE}</p></footer>"), CC, "site"),
    "bare in a footer by name": (body(f'<div class="site-footer"><p>{BARE}</p></div>'), CC, "site"),
    "bare in a widget of a footer": (body(f'<footer><div class="widget">{BARE}</div></footer>'), CC, "site"),
    "bare in a sidebar with words": (body(f"<aside>All content here is under {BARE}</aside>"), CC, "site"),
    "badge in a sidebar": (body(f'<div class="widget">{BADGE}</div>'), CC, "site"),
    "bare in a sidebar": (body(f"<aside>{BARE}</aside>"), None, "unknown"),
    "bare in the text": (body(f"<article><p>see {BARE}</p></article>"), None, "unknown"),
    "page over site": (body(f'<p>{REL}</p><footer><a href="{SA}">x</a></footer>'), CC, "page"),
    # words around
    "photos of a footer": (body(f"<footer>Photos: {BARE}</footer>"), None, "embedded"),
    "all photos of a site": (body(f"<footer>All photos on this site are under {BARE}</footer>"), None, "embedded"),
    "pictures, in German": (body(f"<aside>Die Bilder in diesem Blog stehen unter {REL}</aside>"), None, "embedded"),
    "photos, in Japanese": (body(f"<footer>この記事の写真は{BARE}</footer>"), None, "embedded"),
    "theme of a footer": (body(f"<footer>Theme by A, licensed under {BARE}</footer>"), None, "embedded"),
    "design of a footer": (body(f"<footer>Site design: B / {BARE}</footer>"), None, "embedded"),
    "icons with rel": (body(f"<footer>Icons by C under {REL}</footer>"), None, "embedded"),
    "a font in the text": (body(f"<p>This site uses fonts licensed under {REL}</p>"), None, "embedded"),
    "map data": (body(f"<footer>Map data of D, {BARE}</footer>"), None, "dataset"),
    "data": (body(f"<footer>Our data is licensed under {BARE}</footer>"), None, "dataset"),
    "text and images": (body(f"<footer>All text and images are under {BARE}</footer>"), CC, "site"),
    "text after photos": (body(f"<footer>Photos by E. Text is licensed under {BARE}</footer>"), CC, "site"),
    "content and code": (
        body(f'<footer>Content of this page is under {BARE}, and code samples under <a href="{GPL}">x</a></footer>'),
        CC,
        "page",
    ),
    "contributions of users": (body(f"<footer>user contributions under {BARE}</footer>"), None, "unknown"),
    "contributions on a page of questions": (
        body(f'<div itemtype="https://schema.org/QAPage">q</div><footer>user contributions under {BARE}</footer>'),
        CC,
        "site",
    ),
    "words behind a badge": (body(f"<aside><p>{REL} Our photos are licensed under CC BY</p></aside>"), None, "embedded"),
    "words of another block": (body(f"<footer><p>Theme by A</p>{REL}</footer>"), CC, "page"),
    # false positives 1: pictures
    "caption": (body(f"<figure><img src=a><figcaption>{REL}</figcaption></figure>"), None, "embedded"),
    "caption by name": (body(f'<div class="wp-caption"><img src=a><p>{REL}</p></div>'), None, "embedded"),
    "copyright of an image by name": (body(f'<div class="teaser-image-copyright">{REL}</div>'), None, "embedded"),
    "licence of a photo by name": (body(f'<span class="photo-license">{REL}</span>'), None, "embedded"),
    "photo by": (body(f"<article><p>Photo by A. B., {REL}</p></article>"), None, "embedded"),
    "where pictures are hosted": (
        body(f'<p><a href="https://www.flickr.com/photos/a/1">a</a> / {REL}</p>'),
        None,
        "embedded",
    ),
    "credits in an article": (body(f'<article><p class="credits">{REL}</p></article>'), None, "embedded"),
    "credits of a site": (body(f'<div id="credits">({BARE}) 2008 by F</div>'), CC, "site"),
    "badge in a figure": (body(f"<footer><figure>{BADGE}</figure></footer>"), CC, "site"),
    "badge in the figure of a picture": (body(f"<footer><figure><img src=a>{BADGE}</figure></footer>"), None, "embedded"),
    "video": (body(f"<video controls>{REL}</video>"), None, "embedded"),
    "work of DCMI that is a picture": (
        body(f'<p><span href="http://purl.org/dc/dcmitype/StillImage" rel="dct:type">W</span> {REL}</p>'),
        None,
        "embedded",
    ),
    # 2: pages about licences
    "two licences": (body(f'<p>{REL} <a rel="license" href="{SA}">y</a></p>'), None, "page"),
    "a list of licences": (
        body(
            "<main><p>All content is under "
            + "".join(f'<a rel="license" href="https://creativecommons.org/licenses/{name}/4.0/">{name}</a> ' for name in ("by", "by-sa", "by-nc"))
            + "</p></main>"
        ),
        None,
        "unknown",
    ),
    # 3: nodes of JSON-LD
    "JSON-LD of an article": (ld(f'{{"@type": "NewsArticle", "license": "{BY}"}}'), CC, "page"),
    "JSON-LD of a site": (ld(f'{{"@type": "WebSite", "license": "{BY}"}}'), CC, "site"),
    "JSON-LD list and object": (ld(f'{{"@type": "WebPage", "license": [{{"@id": "{BY}"}}]}}'), CC, "page"),
    "JSON-LD graph": (ld(f'{{"@graph": [{{"@type": "WebPage", "license": {{"url": "{BY}"}}}}]}}'), CC, "page"),
    "JSON-LD main entity": (ld(f'{{"@type": "WebPage", "mainEntity": {{"license": "{BY}"}}}}'), CC, "page"),
    "JSON-LD types by @id": (
        ld(f'{{"@graph": [{{"@id": "#a", "@type": "WebPage"}}, {{"@id": "#a", "license": "{BY}"}}]}}'),
        CC,
        "page",
    ),
    "JSON-LD licence by @id": (
        ld(f'{{"@graph": [{{"@type": "Article", "license": {{"@id": "#l"}}}}, {{"@id": "#l", "url": "{BY}"}}]}}'),
        CC,
        "page",
    ),
    "JSON-LD of a picture": (ld(f'{{"@type": "ImageObject", "license": "{BY}"}}'), None, "embedded"),
    "JSON-LD of an untyped picture": (
        ld(f'{{"@type": "Article", "image": {{"url": "a.jpg", "license": "{BY}"}}}}'),
        None,
        "embedded",
    ),
    "JSON-LD of a data set": (ld(f'{{"@type": "Dataset", "license": "{BY}"}}'), None, "dataset"),
    "JSON-LD of software": (ld('{"@type": "SoftwareSourceCode", "license": "MIT"}'), None, "embedded"),
    "JSON-LD of a product": (ld(f'{{"@type": "Product", "license": "{BY}"}}'), None, "embedded"),
    "JSON-LD of a comment": (ld(f'{{"@type": "Comment", "license": "{BY}"}}'), None, "unknown"),
    "JSON-LD of works in a list": (
        ld(f'{{"@type": "ItemList", "itemListElement": [{{"@type": "Article", "license": "{BY}"}}]}}'),
        None,
        "unknown",
    ),
    "JSON-LD of what it cites": (
        ld(f'{{"@type": "Article", "citation": {{"@type": "Article", "license": "{BY}"}}}}'),
        None,
        "unknown",
    ),
    # 4: what others wrote
    "comment box": (body(f'<div id="comments"><p>{REL}</p></div>'), None, "unknown"),
    "comment article": (body(f'<article class="comment-body"><p>{REL}</p></article>'), None, "unknown"),
    "comment article with other names": (body(f'<article class="even c-comment">{REL}</article>'), None, "unknown"),
    "comment item": (body(f'<ul><li class="comment"><p>{REL}</p></li></ul>'), None, "unknown"),
    "comment by microdata": (body(f'<div itemscope itemtype="https://schema.org/Comment">{REL}</div>'), None, "unknown"),
    "comment by role": (body(f'<div role="comment">{REL}</div>'), None, "unknown"),
    "article in an article": (body(f"<article>t<article><p>{REL}</p></article></article>"), None, "unknown"),
    "footer of a comment": (body(f'<article class="comment"><footer>{REL}</footer></article>'), None, "unknown"),
    "post of a forum": (body(f'<article class="message message--post"><p>{REL}</p></article>'), None, "unknown"),
    "post of another forum": (body(f'<div class="postbit"><p>{REL}</p></div>'), None, "unknown"),
    "signature": (body(f'<div class="signature">{REL}</div>'), None, "unknown"),
    "feed in a sidebar": (body(f'<div class="widget widget_rss"><ul><li>{REL}</li></ul></div>'), None, "unknown"),
    "advertisement": (body(f'<aside class="ad">{REL}</aside>'), None, "unknown"),
    "an article filed under comments": (
        body(f'<article class="post category-comments tag-widget">{REL}</article>'),
        CC,
        "main_text",
    ),
    # 7: quotations
    "blockquote": (body(f"<article><blockquote><p>{REL}</p></blockquote></article>"), None, "embedded"),
    "footer of a blockquote": (body(f"<blockquote>q<footer>{REL}</footer></blockquote>"), None, "embedded"),
    "q": (body(f"<p><q>{REL}</q></p>"), None, "embedded"),
    "a notice drawn as a quotation": (body(f'<blockquote class="copyright">{REL}</blockquote>'), CC, "page"),
    # RDFa and microdata
    "RDFa about a picture": (body(f'<div about="i.jpg">{REL}</div>'), None, "embedded"),
    "RDFa about the page": (body(f'<div about="{URL}">{REL}</div>'), CC, "page"),
    "RDFa about the page, other scheme": (body(f'<div about="http://www.site.example/page/">{REL}</div>'), CC, "page"),
    "RDFa about the page inside of another": (body(f'<div about="x"><div about="">{REL}</div></div>'), CC, "page"),
    "RDFa resource": (body(f'<div resource="/other"><p>{REL}</p></div>'), None, "embedded"),
    "RDFa resource, typed": (
        body(f'<p property="x" resource="#i" typeof="ImageObject"><span>{REL}</span></p>'),
        None,
        "embedded",
    ),
    "RDFa typeof": (body(f'<div typeof="schema:ImageObject">{REL}</div>'), None, "embedded"),
    "RDFa property": (body(f'<p><span property="dct:license" resource="{BY}">x</span></p>'), CC, "page"),
    "RDFa of a picture with rel": (body(f'<p><img src="i.jpg" rel="license" resource="{BY}"></p>'), CC, "page"),
    "RDFa about on the link": (body(f'<p><a about="i.jpg" rel="license" href="{BY}">x</a></p>'), None, "embedded"),
    "microdata of an article": (
        body(f'<div itemscope itemtype="https://schema.org/Article"><a itemprop="license" href="{BY}">x</a></div>'),
        CC,
        "page",
    ),
    "microdata of another page": (
        body(f'<div itemscope itemtype="https://schema.org/Article" itemid="/b"><a itemprop="license" href="{BY}">x</a></div>'),
        None,
        "embedded",
    ),
    "microdata of a picture": (
        body(f'<div itemscope itemtype="https://schema.org/ImageObject"><a itemprop="license" href="{BY}">x</a></div>'),
        None,
        "embedded",
    ),
    "microdata of an untyped picture": (
        body(f'<div itemscope itemprop="image"><a itemprop="license" href="{BY}">x</a></div>'),
        None,
        "embedded",
    ),
    "rel in microdata of software": (
        body(f'<div itemscope itemtype="https://schema.org/SoftwareApplication">{REL}</div>'),
        None,
        "embedded",
    ),
    "rel in microdata of an organization": (
        body(f'<footer itemscope itemtype="https://schema.org/Organization">{REL}</footer>'),
        CC,
        "page",
    ),
    "RDF in a comment": (
        body(f'<!-- <Work rdf:about=""><license rdf:resource="{BY}"/></Work> --><p>t</p>'),
        CC,
        "page",
    ),
    "RDF of the site": (
        body(f'<!-- <Work rdf:about="http://site.example/"><license rdf:resource="{BY}"/></Work> --><p>t</p>'),
        CC,
        "site",
    ),
    "RDF of a picture": (
        body(
            '<!-- <Work rdf:about=""><dc:type rdf:resource="http://purl.org/dc/dcmitype/StillImage"/>'
            f'<license rdf:resource="{BY}"/></Work> --><p>t</p>'
        ),
        None,
        "embedded",
    ),
    "RDF of a drawing": (
        body(
            '<svg><metadata><rdf:RDF><cc:Work rdf:about=""><cc:license rdf:resource="'
            f'{BY}"/></cc:Work></rdf:RDF></metadata></svg><p>t</p>'
        ),
        None,
        "embedded",
    ),
    "RDF with a prefix behind a drawing": (
        body(f'<svg></svg><!-- <cc:Work rdf:about=""><cc:license rdf:resource="{BY}"/></cc:Work> --><p>t</p>'),
        CC,
        "page",
    ),
    "RDFa rel on another element": (body(f'<p><span rel="cc:license" resource="{BY}">x</span></p>'), CC, "page"),
    "meta of microdata of a picture": (
        body(f'<div itemscope itemtype="https://schema.org/ImageObject"><meta itemprop="license" content="{BY}"></div>'),
        None,
        "embedded",
    ),
    "meta of microdata of a page": (
        body(f'<div itemscope itemtype="https://schema.org/WebPage"><meta itemprop="license" content="{BY}"></div>'),
        CC,
        "page",
    ),
    "meta of RDFa about a picture": (
        body(f'<div about="i.jpg"><meta property="dct:license" content="{BY}"></div>'),
        None,
        "embedded",
    ),
    "answer by microdata": (body(f'<div itemprop="suggestedAnswer" itemscope>{REL}</div>'), None, "unknown"),
    "post of phpBB": (body(f'<div class="post bg2"><div class="postbody">{REL}</div></div>'), None, "unknown"),
    "post of IPS": (body(f'<article class="cPost ipsBox ipsComment">{REL}</article>'), None, "unknown"),
    "post of Discourse": (body(f'<article id="post_2" class="boxed onscreen-post">{REL}</article>'), None, "unknown"),
    "post of a forum by name": (body(f'<article class="forum-post">{REL}</article>'), None, "unknown"),
    "post of a topic": (body(f'<div class="topic_post odd">{REL}</div>'), None, "unknown"),
    "post of a user": (body(f'<div class="user-post">{REL}</div>'), None, "unknown"),
    "quotation by name": (body(f'<div class="bbcode quote"><p>{REL}</p></div>'), None, "embedded"),
    "pull quote": (body(f'<article><div class="pull-quote">{REL}</div></article>'), None, "embedded"),
    "post of a blog": (body(f'<article id="post-7" class="post type-post hentry">{REL}</article>'), CC, "main_text"),
    # meta
    "meta of Dublin Core": (head(f'<meta name="DC.rights" content="{BY}">'), CC, "page"),
    "meta property": (head(f'<meta property="dcterms:license" content="{BY}">'), CC, "page"),
    "meta copyright": (head('<meta name="copyright" content="CC BY 4.0">'), CC, "page"),
    "meta in single quotes": (head(f"<META NAME='DCTERMS.license' CONTENT='{BY}'>"), CC, "page"),
    # software
    "rel to GPL": (body(f'<p>This program: <a rel="license" href="{GPL}">GPL</a></p>'), None, "embedded"),
    "rel to GPL without words": (body(f'<p><a rel="license" href="{GPL}">License</a></p>'), None, "unknown"),
    "rel to MIT in the head": (head('<link rel="license" href="https://opensource.org/licenses/MIT">'), None, "unknown"),
    "meta licence of software": (head('<meta name="license" content="MIT">'), None, "unknown"),
    # null norms
    "own page of terms": (body(f'<footer><a rel="license" href="{OWN}">Terms</a></footer>'), None, "page"),
    "own page beside a licence": (body(f'<footer>{REL} <a rel="license" href="{OWN}">Terms</a></footer>'), CC, "page"),
    "own page that names the licence": (
        body(f'<footer><a rel="license" href="{WIKI}">x</a></footer>'),
        "CC-BY-SA-4.0",
        "page",
    ),
    "own page whose link names it": (body('<footer><a rel="license" href="/terms">CC BY 4.0</a></footer>'), CC, "page"),
    # versions
    "no version beside one": (
        body(f'<footer>{REL} <a rel="license" href="https://creativecommons.org/licenses/by/">x</a></footer>'),
        CC,
        "page",
    ),
    "two versions": (
        body(f'<footer>{REL} <a rel="license" href="https://creativecommons.org/licenses/by/3.0/">x</a></footer>'),
        "LicenseRef-CC-BY-unspecified",
        "page",
    ),
    "a port beside its licence": (
        body(
            '<footer><a rel="license" href="https://creativecommons.org/licenses/by/3.0/">x</a>'
            '<a rel="license" href="https://creativecommons.org/licenses/by/3.0/de/">y</a></footer>'
        ),
        "CC-BY-3.0-DE",
        "page",
    ),
    # hNews
    "item licence": (body(f'<article><a rel="item-license" href="{BY}">x</a></article>'), CC, "main_text"),
    "item terms": (body('<article><a rel="item-license" href="/rights">x</a></article>'), None, None),
}  # fmt: skip


@pytest.mark.parametrize("name", PAGES)
def test_what_a_page_declares(name: str) -> None:
    page, licence, scope = PAGES[name]
    assert declared(marks(page)) == (licence, scope)


@pytest.mark.parametrize(
    ("value", "scope"),
    [
        (f'<{BY}>; rel="license"', "page"),
        (f"<{BY}>; rel=license; anchor=''", "page"),
        (f'<{BY}>; rel="license"; anchor="{URL}"', "page"),
        (f'<{BY}>; rel="license"; anchor="/page"', "page"),
        (f'<{BY}>; rel="license"; anchor="/other"', "unknown"),
        (f'<{BY}>; anchor="https://other.example/"; rel="license"', "unknown"),
        (f'<{BY}>; rel="license"; anchor="#figure"', "unknown"),
        (f'<{GPL}>; rel="license"', "unknown"),
    ],
)
def test_a_link_header_speaks_of_its_anchor(value: str, scope: str) -> None:
    (mark,) = header_marks([("Link", value)], URL)
    assert (mark.kind, mark.scope) == ("licence_claim", scope)


MOVES = {
    "footer to caption": ("<footer>{}</footer>", "<figure><figcaption>{}</figcaption></figure>", "embedded"),
    "main to blockquote": ("<main><p>{}</p></main>", "<main><blockquote><p>{}</p></blockquote></main>", "embedded"),
    "article to comment": ("<article>{}</article>", '<article class="comment">{}</article>', "unknown"),
    "sidebar to advertisement": ("<aside>{}</aside>", '<aside class="sponsored-ad ad">{}</aside>', "unknown"),
    "page to another subject": ("<div>{}</div>", '<div about="/other.html">{}</div>', "embedded"),
    "page to a picture's type": ("<div>{}</div>", '<div typeof="foaf:Image">{}</div>', "embedded"),
    "text to photos": ("<p>Texts are under {}</p>", "<p>Photos are under {}</p>", "embedded"),
    "text to data": ("<p>Our text is under {}</p>", "<p>Our data is under {}</p>", "dataset"),
}


@pytest.mark.parametrize("name", MOVES)
def test_moving_a_mark_flips_its_scope(name: str) -> None:
    before, after, scope = MOVES[name]
    here, there = (marks(body(f"<p>x</p>{where.format(REL)}<p>y</p>")) for where in (before, after))
    assert declared(here)[0] == CC
    assert declared(there) == (None, scope)


def test_claims_are_thinned_at_the_ends_of_a_page() -> None:
    many = "".join(f'<p><a rel="license" href="{BY}?{number}">x</a></p>' for number in range(500))
    found = claims(marks(body(f"{many}<p><a rel='license' href='{SA}'>last</a></p>")))
    assert len(found) <= 32
    assert found[-1].norm == "CC-BY-SA-4.0"
    assert Counter(mark.norm for mark in found)[CC] > 1
