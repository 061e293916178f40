"""Remove what a page adds to every text: boxes for consent to cookies, and those that offer other languages.

They are known by the names that their programs write, whole words of `id` and `class`, never by words of a language. A
box named by its author ("cookie-banner") goes only if it is a small part of the page: a page may be about such things.
"""

from __future__ import annotations

import re
from typing import Final

from lxml import etree
from lxml.html import HtmlElement

_PROGRAMS: Final = re.compile(
    r"(?:^|\s)(?:"
    # consent: OneTrust, Cookiebot, Didomi, Quantcast, TrustArc, Usercentrics, Sourcepoint, consentmanager, CookieScript
    r"onetrust-(?:consent|banner|pc)-sdk|(?:Cybot)?Cookiebot(?:Dialog|Widget)\w*|didomi-(?:host|popup|notice)"
    r"|qc-cmp2?-(?:container|ui-container|main)|truste-consent-track|trustarc-banner\w*|consent_blackbar"
    r"|usercentrics-(?:root|cmp-ui)|sp_message_container_\d+|cmpbox|cmpwrapper|cookiescript_(?:injected|wrapper)\w*"
    # iubenda, CookieYes, WebToffee, Complianz, Borlabs, Moove, Osano, Klaro, tarteaucitron, Axeptio, Funding Choices
    r"|iubenda-cs-\w+|cky-(?:consent-container|modal|overlay)|cookie-law-info-(?:bar|again)|cli-modal"
    r"|cmplz-(?:cookiebanner(?:-container)?|manage-consent)|BorlabsCookie(?:Box|Wrap)|moove_gdpr_cookie_(?:info_bar|modal)"
    r"|osano-cm-(?:window|dialog)|cc-window|klaro|tarteaucitron(?:Root|AlertBig|AlertSmall)|axeptio_overlay|fc-consent-root"
    # HubSpot, Drupal, Jetpack, WordPress, Blogger, Evidon, Termly
    r"|hs-eu-cookie-confirmation|sliding-popup|eu-cookie-(?:law|compliance-banner)|cookieChoiceInfo"
    r"|_?evidon[-_]banner|termly-consent-banner"
    # languages: Google, Microsoft, GTranslate, Weglot, WPML, TranslatePress, Polylang, Transposh
    r"|google_translate_element\w*|goog-te-(?:gadget|banner-frame|spinner-pos)|skiptranslate|MicrosoftTranslatorWidget"
    r"|gtranslate_wrapper|gt_(?:switcher|container)\w*|weglot-container|weglot_switcher|wpml-ls|wpml-ls-\w+|lang_sel\w*"
    r"|trp-language-switcher\S*|widget_polylang|transposh_widget\w*"
    r")(?=\s|$)"
)
_AUTHORS: Final = re.compile(
    r"(?:^|\s)(?:(?:eu-|gdpr-)?(?:cookies?|gdpr)[-_]?(?:banner|bar|consent|notice|popup|pop-up|modal|overlay|alert|message"
    r"|dialog|disclaimer|wall)|(?:lang|language)[-_]?(?:switch|switcher|selector|chooser|picker|dropdown))(?=\s|$)",
    re.IGNORECASE,
)
_BOXES: Final = ("div", "section", "aside", "ul", "ol", "p", "form", "dialog", "span", "nav", "header", "footer", "li")
_MOST: Final = 0.2
"""Share of a page's text that a box named by its author may hold to be a small part of it."""
_CONTENT: Final = ("main", "article", "h1")
"""Elements that no such box holds."""
# two questions: libxml2 merges the answers of one in quadratic time
_NAMES: Final = tuple(etree.XPath(path, smart_strings=False) for path in ("//@id", "//@class"))


def remove_widgets(tree: HtmlElement) -> None:
    """Remove boxes for consent and for other languages; `tree` is changed."""
    names = "\n".join({name for path in _NAMES for name in path(tree)})
    if not (_PROGRAMS.search(names) or _AUTHORS.search(names)):
        return
    for box in list(tree.iter(*_BOXES)):
        if _is_widget(box, tree) and box.getparent() is not None:
            box.drop_tree()


def _is_widget(box: HtmlElement, tree: HtmlElement) -> bool:
    own = f"{box.get('id', '')} {box.get('class', '')}"
    if not _PROGRAMS.search(own) and (not _AUTHORS.search(own) or _size(box) > _MOST * _size(tree)):
        return False
    return next(box.iterdescendants(*_CONTENT), None) is None


def _size(element: HtmlElement) -> int:
    return sum(map(len, _TEXTS(element)))


_TEXTS: Final = etree.XPath(".//text()[not(parent::script or parent::style)]", smart_strings=False)
