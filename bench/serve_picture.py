"""Make docs/serve.webp: a text that a model might have written, traced in a browser over the sample corpus.

    yurai demo --output demo-out && python bench/serve_picture.py demo-out

The tree is given an order of training, so that steps are shown. Needs Chromium.
"""

import base64
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

import yurai  # noqa: E402
from chromium import Browser  # noqa: E402
from served import Served  # noqa: E402

WIDTH, HEIGHT = 1000, 780
SHORTEST = 60
PICTURE = ROOT / "docs/serve.webp"


def written(tree: yurai.Tree) -> str:
    """Return words of nobody around sentences of two documents of the corpus."""
    quotes: list[str] = []
    for row in tree.documents.to_table(columns=["lang", "text"]).to_pylist():
        language, end = (("ja", "。"), ("en", "."))[len(quotes)]
        if row["lang"] == language:
            line = next(line for line in row["text"].splitlines() if len(line) > SHORTEST)
            quotes.append(line[: line.index(end, SHORTEST) + 1])
        if len(quotes) > 1:
            break
    return f"図書館の歴史について説明します。{quotes[0]}以上が概要です。 As for the rest: {quotes[1]}"


def main() -> None:
    """Trace, and write the picture."""
    out = Path(sys.argv[1])
    tree = yurai.open(out)
    tree.pack(2048, global_batch=8)
    with (
        Served(out, "--tier", "internal") as served,
        tempfile.TemporaryDirectory() as profile,
        Browser(Path(profile)) as browser,
    ):
        browser.look(WIDTH, "light", HEIGHT)
        browser.go(f"{served.url}/trace")
        browser.value("document.querySelector('textarea').focus()")
        browser.type(written(tree))
        browser.press("Enter", control=True)
        browser.then_loaded()
        browser.value("window.scrollTo({top: 170, behavior: 'instant'})")
        shot = browser.ask("Page.captureScreenshot", format="webp", quality=85)
        PICTURE.write_bytes(base64.b64decode(shot["data"]))
    sys.stdout.write(f"{PICTURE}: {PICTURE.stat().st_size:,} bytes\n")


if __name__ == "__main__":
    main()
