"""Know what a page adds to every text by its names: boxes for consent to cookies, and those that offer other languages.

They are known by the names that their programs write, whole words of `id` and `class`, never by words of a language. A
box named by its author ("cookie-banner") goes only if it is a small part of the page: a page may be about such things.
"""

from __future__ import annotations

import re
from typing import Final, Literal, TypeAlias

Namer: TypeAlias = Literal["program", "author"]
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
_STEMS: Final = re.compile(
    r"cook|consent|gdpr|lang|transl|trp-|gt_|cmp|cmplz|onetrust|didomi|trust|usercentrics|message_container|iubenda|cky-"
    r"|cli-|borlabs|moove|osano|cc-window|klaro|tarteaucitron|axeptio|sliding-popup|evidon|termly|goog-te|weglot|wpml"
    r"|polylang|transposh",
    re.IGNORECASE,
)
"""What is in each of these names: most boxes have none of it, and are asked no more."""
MOST: Final = 0.2
"""Share of a page's text that a box named by its author may hold to be a small part of it."""


def named_widget(names: str) -> Namer | None:
    """Tell who named a box with this id and class: "program", "author" of a page, or None where it is no widget."""
    if _STEMS.search(names) is None:
        return None
    return "program" if _PROGRAMS.search(names) else "author" if _AUTHORS.search(names) else None
