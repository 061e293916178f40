"""A handler of SubRip subtitles: what is spoken, without numbers, times and markup."""

import re

from yurai.extraction import Extraction, ExtractOptions, Page, decode_page, handles

CUE = re.compile(r"\d+\s*\n\d+:\d\d:\d\d,\d{3} *--> *\d+:\d\d:\d\d,\d{3}.*\n")
MARKUP = re.compile(r"</?[biu]>|</?font[^>]*>|\{\\an\d\}")


@handles("application/x-subrip", version=1, reasons=("subrip-broken",))
def subrip(page: Page, mime: str, _: ExtractOptions) -> Extraction:
    """Return one paragraph for each subtitle; drops for "subrip-broken" where there is none."""
    decoded = decode_page(page.body, page.http_charset, markup=False)
    before, *spoken = CUE.split(decoded.text.replace("\r\n", "\n"))
    text = "\n".join(" ".join(MARKUP.sub("", part).split()) for part in spoken).strip()
    if before.strip("\ufeff \n") or not text:
        return Extraction("dropped", mime, "subrip-broken")
    return Extraction(
        "text", mime, text=text, charset=decoded.charset, charset_by=decoded.by, extractor="subrip", flags=decoded.flags
    )
