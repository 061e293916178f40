"""Ask a real browser how a page lies: one call measures it at several widths, without a network."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
needs_browser = pytest.mark.skipif(BROWSER is None, reason="no browser is installed")
OPTIONS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --disable-default-apps --enable-logging=stderr --hide-scrollbars"
)
MEASURE = """
<!DOCTYPE html><html><body><pre id="said"></pre><script>
const widths = %s, said = [];
function words(doc) {
  const broken = [], walker = doc.createTreeWalker(doc.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode, cell = node.parentElement.closest('td, th, h1, h2, h3, h4, dt, summary');
    if (!cell || node.parentElement.closest('.long') || !node.parentElement.checkVisibility()) continue;
    for (const found of node.data.matchAll(/(?<![A-Za-z0-9.,])[A-Za-z0-9.,]{2,20}(?![A-Za-z0-9.,])/g)) {
      const range = doc.createRange();
      range.setStart(node, found.index); range.setEnd(node, found.index + found[0].length);
      const tops = new Set([...range.getClientRects()].map(one => Math.round(one.top)));
      if (tops.size > 1) broken.push(found[0]);
    }
  }
  return broken;
}
function bars(doc) {
  return [...doc.querySelectorAll('svg.bar')].filter(one => one.checkVisibility()).map(one => {
    const place = one.closest('.scroll').getBoundingClientRect(), box = one.getBoundingClientRect();
    const parts = [...one.querySelectorAll('rect:not(.track)')].map(part => part.getBoundingClientRect().width / box.width);
    return {cut: Math.max(place.left - box.left, box.right - place.right), width: box.width, parts: parts,
            said: [...one.querySelectorAll('rect:not(.track)')].map(part => parseFloat(part.getAttribute('width')) / 100)};
  });
}
function measure(index) {
  if (index >= widths.length) { document.getElementById('said').textContent = JSON.stringify(said); return; }
  const frame = document.createElement('iframe');
  frame.style.cssText = 'border: 0; height: 900px; width: ' + widths[index] + 'px';
  frame.onload = () => {
    const doc = frame.contentDocument, root = doc.documentElement;
    if (%s) for (const one of doc.querySelectorAll('details')) one.open = true;
    said.push({
      width: widths[index], scroll: root.scrollWidth, height: root.scrollHeight, bars: bars(doc), broken: words(doc),
      cut: [...doc.querySelectorAll('.scroll')].filter(one => one.scrollWidth > one.clientWidth + 1).map(one => one.textContent.slice(0, 90)),
      over: [...doc.querySelectorAll('svg.plot text')].filter(one => one.getBoundingClientRect().right > widths[index]).map(one => one.textContent),
      columns: Math.max(0, ...[...doc.querySelectorAll('.measures')].map(one => getComputedStyle(one).gridTemplateColumns.split(' ').length)),
    });
    frame.remove();
    measure(index + 1);
  };
  frame.src = %s;
  document.body.append(frame);
}
measure(0);
</script></body></html>
"""


def browse(tmp_path: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """Have the browser do what options say, with a profile of its own and no name that resolves."""
    options = [*OPTIONS.split(), f"--user-data-dir={tmp_path / 'profile'}", "--host-resolver-rules=MAP * ~NOTFOUND"]
    command = [str(BROWSER), *options, *more]
    return subprocess.run(command, capture_output=True, text=True, timeout=240, check=True)


def measured(page: Path, tmp_path: Path, *widths: int, opened: bool = False) -> list[dict[str, Any]]:
    """How `page` lies at each width, with all that folds opened if `opened`."""
    script = MEASURE % (json.dumps(widths), json.dumps(opened), json.dumps(page.as_uri()))
    (tmp_path / "measure.html").write_text(script, "utf-8")
    options = ("--allow-file-access-from-files", "--virtual-time-budget=20000", "--window-size=1400,1000")
    said = browse(tmp_path, *options, "--dump-dom", (tmp_path / "measure.html").as_uri()).stdout
    [text] = re.findall(r'<pre id="said">(.*?)</pre>', said, re.DOTALL)
    found: list[dict[str, Any]] = json.loads(html.unescape(text))
    return found
