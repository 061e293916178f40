"""Measure `yurai serve`: one user, then many at once over the same pages; and what the server holds in memory.

    yurai demo --output demo-out && python bench/serve.py demo-out
    python bench/serve.py --letters 300000000      a corpus of random words is made, and indexed: 6.3 bytes a letter

Each user has an address of its own (127.0.1.1 and on), asks one request after the other without a pause, and goes
through the same kinds of pages: search, a document, a list, a trace of a pasted text. Every answer is counted by its
status. One client beyond its limit is asked for at the end. RssAnon is of the process of the server alone.
"""

import argparse
import http.client
import json
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from collections import Counter
from pathlib import Path

import numpy as np

import yurai

PLAIN = [{"use": "read"}, {"use": "extract"}, {"use": "tokenize", "tokenizer": "bytes"}]
TEXT_LETTERS = 4_000


def corpus(folder: Path, letters: int) -> Path:
    """Make a tree of random words, half of them of kana, and index it."""
    made = np.random.default_rng(3)
    latin = ["".join(chr(97 + one) for one in made.integers(0, 26, made.integers(3, 9))) for _ in range(30_000)]
    kana = ["".join(chr(0x3042 + one) for one in made.integers(0, 80, made.integers(2, 6))) for _ in range(30_000)]
    rows = folder / "rows.jsonl"
    with rows.open("w", encoding="utf-8") as file:
        for number in range(letters // TEXT_LETTERS):
            words, blank = (kana, "") if number % 2 else (latin, " ")
            text = blank.join(
                words[one] for one in made.integers(0, len(words), TEXT_LETTERS // (4 if number % 2 else 6))
            )
            file.write(json.dumps({"url": f"https://h{number % 997}.example/{number}", "text": text}) + "\n")
    recipe = {"name": "serve", "stage": PLAIN}
    tree = yurai.build(recipe, inputs=[rows], output=str(folder / "out"), workers=2, report=False)
    tree.index(workers=1)
    return folder / "out"


def requests(tree: Path) -> list[tuple[str, str, bytes]]:
    """Return pages to ask for: method, path, form."""
    documents = yurai.open(tree).documents.head(40, columns=["doc_id", "url", "text"]).to_pylist()
    asked = []
    for row in documents:
        text = urllib.parse.urlencode({"text": row["text"][30:430]}).encode()
        asked += [
            ("GET", f"/search?q={urllib.parse.quote(row['url'] or '')}", b""),
            ("GET", f"/document/{row['doc_id']}", b""),
            ("GET", "/documents", b""),
            ("POST", "/trace", text),
        ]
    return asked


def user(
    number: int, port: int, asked: list[tuple[str, str, bytes]], count: int, told: list[tuple[int, float]]
) -> None:
    """Ask `count` requests, beginning at a place of one's own; note status and seconds of each."""
    for turn in range(count):
        method, path, form = asked[(number * 7 + turn) % len(asked)]
        began = time.perf_counter()
        told.append((ask(port, method, path, form, f"127.0.1.{number + 1}"), time.perf_counter() - began))


def ask(port: int, method: str, path: str, form: bytes, source: str) -> int:
    """Return the status of one answer that came whole; 0 where none did."""
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=60, source_address=(source, 0))
    try:
        link.request(method, path, form or None, {"Content-Type": "application/x-www-form-urlencoded"} if form else {})
        answer = link.getresponse()
        answer.read()
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        link.close()
    return answer.status


def anonymous(pid: int) -> float:
    """Return the anonymous memory of a process, in MB."""
    found = re.search(r"RssAnon:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text("ascii"))
    assert found
    return int(found[1]) / 1000


def measure(tree: Path, users: int, count: int) -> dict[str, object]:
    """Serve a tree and return what was seen."""
    words = [sys.executable, "-m", "yurai", "serve", str(tree), "--port", "0", "--tier", "internal"]
    server = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout
        port = int(server.stdout.readline().rstrip("/ \n").rpartition(":")[2])
        asked = requests(tree)
        user(0, port, asked, len(asked), [])  # what is mapped and imported at first is no answer time
        alone: list[tuple[int, float]] = []
        user(1, port, asked, min(len(asked), 90), alone)
        many: list[tuple[int, float]] = []
        threads = [
            threading.Thread(target=user, args=(number + 2, port, asked, count, many)) for number in range(users)
        ]
        began = time.perf_counter()
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        seconds = time.perf_counter() - began
        beyond = Counter(ask(port, "GET", "/", b"", "127.0.2.1") for _ in range(300))
        p50, p99 = statistics.median(one for _, one in alone), float(np.quantile([one for _, one in many], 0.99))
        return {
            "one_user_p50_ms": round(1000 * p50, 1),
            "users": users,
            "p50_ms": round(1000 * statistics.median(one for _, one in many), 1),
            "p99_ms": round(1000 * p99, 1),
            "p99_by_one_users_p50": round(p99 / p50, 1),
            "answers_a_second": round(len(many) / seconds, 1),
            "statuses": {str(status): one for status, one in sorted(Counter(status for status, _ in many).items())},
            "one_client_beyond_its_limit": {str(status): one for status, one in sorted(beyond.items())},
            "rss_anon_MB": round(anonymous(server.pid)),
            "index_MB": round(
                sum(path.stat().st_size for path in (tree / "search").rglob("*") if path.is_file()) / 1e6
            ),
        }
    finally:
        server.terminate()
        server.wait()


def main() -> None:
    """Measure a tree that is given, or one that is made."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tree", nargs="?", type=Path)
    parser.add_argument("--letters", type=int, default=10_000_000)
    parser.add_argument("--users", type=int, default=50)
    parser.add_argument("--requests", type=int, default=40, help="of each user")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="yurai-serve-") as folder:
        tree = options.tree or corpus(Path(folder), options.letters)
        sys.stdout.write(json.dumps(measure(tree, options.users, options.requests), indent=1) + "\n")


if __name__ == "__main__":
    main()
