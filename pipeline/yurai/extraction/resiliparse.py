"""Extract main text by resiliparse: the only module that knows it (Bevendorff et al. 2018, Apache-2.0)."""

from resiliparse.extract.html2text import extract_plain_text
from resiliparse.parse.html import HTMLTree


def resiliparse_text(markup: bytes) -> str:
    """Return the main content of a page, UTF-8 bytes, as plain text that keeps its lines."""
    tree = HTMLTree.parse(markup.decode())
    text: str = extract_plain_text(
        tree,
        main_content=True,
        alt_texts=False,
        links=False,
        form_fields=False,
        noscript=False,
        preserve_formatting=True,
    )
    return text
