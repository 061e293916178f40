"""Tell what authors of pages call their boxes: groups of class words, as bits.

These words name layout, and no word of a text is among them. The groups were written by hand; which of them speak for
or against a block is learned.
"""

import re
from functools import lru_cache
from typing import Final, NamedTuple

from yurai.extraction.widget_names import Namer, named_widget

_GROUPS: Final = {
    "navigation": "nav navi navbar navigation menu submenu breadcrumb breadcrumbs crumbs gnav tabs toc pager "
    "pagination paginate paging prev next skip sitemap jump lang language languages globalnav localnav dropdown",
    "around": "footer foot header head masthead topbar bottom copyright legal colophon banner toolbar brand logo",
    "side": "sidebar side aside rail widget widgets module portlet secondary tertiary leftcol rightcol",
    "more": "related recommend recommended recommendation recommendations more popular ranking rank trending "
    "latest recent readmore teaser teasers promo promotion similar also carousel slider swiper ticker "
    "headlines upsell crosssell",
    "social": "share sharing social sns follow like likes facebook twitter addthis sharedaddy bookmark bookmarks "
    "connect",
    "advert": "ad ads adv advert advertisement advertising sponsor sponsored dfp gpt adsense outbrain taboola "
    "affiliate pr",
    "form": "form search login signin signup register subscribe subscription newsletter optin input field button "
    "btn buttons cta cart checkout filter filters facet facets sort sorting dialog modal popup overlay "
    "lightbox",
    "notice": "cookie cookies consent gdpr privacy notice alert warning message toast disclaimer hidden hide "
    "invisible offscreen sr noscript noprint print",
    "meta": "meta byline author authors date time timestamp published posted info tags tag category categories "
    "credit credits caption source views count counter reading stats vcard bio avatar profile",
    "comment": "comment comments commentlist reply replies respond disqus responses feedback discussion guestbook",
    "thread": "thread forum topic post posts postbody message messages msg answer answers question questions qa bbs "
    "bbcode conversation threaded quote blockquote signature usertext",
    "content": "content contents article articles articlebody entry entrycontent story storybody body text txt main "
    "maincontent page primary blog news detail details description desc paragraph prose richtext rte "
    "wysiwyg markdown document section summary lead intro abstract honbun kiji",
    "product": "product products price prices sku spec specs specification specifications features shop item items "
    "variant stock gallery",
    "review": "review reviews reviewer testimonial testimonials rating ratings star stars opinion opinions",
    "folded": "accordion collapse collapsed collapsible faq faqs tab tabpanel panel drawer offcanvas",
    "listing": "list listing listings grid card cards tile tiles archive archives results result feed loop "
    "collection catalog",
    "code": "code highlight codehilite syntax snippet prettyprint sourcecode example examples console terminal",
}
GROUPS: Final = tuple(_GROUPS)
_BIT_OF: Final = {word: 1 << number for number, words in enumerate(_GROUPS.values()) for word in words.split()}


class Named(NamedTuple):
    """The groups that the names of a box belong to, as bits, and who named it where it is a widget."""

    groups: int
    widget: Namer | None


NAMELESS: Final = Named(0, None)
_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


@lru_cache(65_536)
def named(names: str) -> Named:
    """Return what the words of a class, id, role or itemprop say; "postBody-main" has three words."""
    bits = 0
    for word in _WORD.findall(names):
        bits |= _BIT_OF.get(word.lower(), 0)
    return Named(bits, named_widget(names))
