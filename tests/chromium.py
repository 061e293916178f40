"""Drive a headless Chromium by its DevTools protocol, over a pipe: go, type, press keys, click, ask, take pictures.

https://chromedevtools.github.io/devtools-protocol/: messages are JSON that end with NUL, on file descriptors 3 and 4 of
the browser (`--remote-debugging-pipe`). Keys and clicks are input events, as a person's are.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any, Self

from browser import BROWSER, OPTIONS

if TYPE_CHECKING:
    from pathlib import Path

KEYS = {"Enter": ("Enter", 13, "\r"), "Tab": ("Tab", 9, ""), "/": ("Slash", 191, "/"), "Space": ("Space", 32, " ")}
STARTER = """
import fcntl, os, sys
commands, answers = (fcntl.fcntl(int(number), fcntl.F_DUPFD, 10) for number in sys.argv[1:3])
os.dup2(commands, 3), os.dup2(answers, 4)
os.execv(sys.argv[3], sys.argv[3:])
"""
"""Gives the browser its two descriptors by the numbers that it wants."""
Table = dict[str, Any]


class Browser:
    """One browser with one page in it."""

    def __init__(self, profile: Path) -> None:
        commands, self._to = os.pipe()
        self._from, answers = os.pipe()
        options = [*OPTIONS.split(), f"--user-data-dir={profile}", "--remote-debugging-pipe"]
        words = [sys.executable, "-c", STARTER, str(commands), str(answers), str(BROWSER), *options, "about:blank"]
        self._process = subprocess.Popen(
            words, pass_fds=(commands, answers), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        os.close(commands)
        os.close(answers)
        self._rest, self._number, self._session = b"", 0, ""
        self.events: list[Table] = []
        pages = self.ask("Target.getTargets")["targetInfos"]
        (page,) = [one for one in pages if one["type"] == "page"]
        self._session = self.ask("Target.attachToTarget", targetId=page["targetId"], flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.ask(f"{domain}.enable")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._session = ""
        self.ask("Browser.close")
        self._process.wait(30)
        os.close(self._to)
        os.close(self._from)

    def ask(self, method: str, **params: object) -> Table:
        """Send a command and return its result; what happens meanwhile goes to `events`."""
        self._number += 1
        message: Table = {"id": self._number, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        while (said := self._read()).get("id") != self._number:
            self.events.append(said)
        assert "error" not in said, said
        result: Table = said["result"]
        return result

    def _read(self) -> Table:
        while b"\0" not in self._rest:
            part = os.read(self._from, 1 << 20)
            assert part, "the browser has ended"
            self._rest += part
        line, _, self._rest = self._rest.partition(b"\0")
        said: Table = json.loads(line)
        return said

    def until(self, event: str) -> Table:
        """Wait for an event that happens from the last command on."""
        while True:
            for one in self.events:
                if one.get("method") == event:
                    self.events.remove(one)
                    return one
            self.events.append(self._read())

    def go(self, url: str) -> None:
        """Open an address and wait until it is loaded."""
        self.forget("Page.loadEventFired")
        self.ask("Page.navigate", url=url)
        self.until("Page.loadEventFired")

    def forget(self, event: str) -> None:
        self.events = [one for one in self.events if one.get("method") != event]

    def then_loaded(self) -> None:
        """Wait for the page that the last key or click has led to."""
        self.until("Page.loadEventFired")

    def value(self, script: str) -> Any:
        """Return what an expression of JavaScript is on this page; promises are waited for."""
        said = self.ask("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in said, said
        return said["result"].get("value")

    def type(self, text: str) -> None:
        """Write into what has the focus."""
        self.ask("Input.insertText", text=text)

    def press(self, key: str, *, control: bool = False) -> None:
        """Press and let go of a key."""
        self.forget("Page.loadEventFired")
        code, number, text = KEYS[key]
        common = {
            "key": " " if key == "Space" else key,
            "code": code,
            "windowsVirtualKeyCode": number,
            "modifiers": 2 * control,
        }
        self.ask("Input.dispatchKeyEvent", type="keyDown", text="" if control else text, **common)
        self.ask("Input.dispatchKeyEvent", type="keyUp", **common)

    def click(self, selector: str) -> None:
        """Click in the middle of the first element that a selector finds."""
        self.forget("Page.loadEventFired")
        box = self.value(
            f"(() => {{ const one = document.querySelector({json.dumps(selector)}); one.scrollIntoView({{block: 'center', behavior: 'instant'}});"
            " const box = one.getClientRects()[0]; return {x: box.x + box.width / 2, y: box.y + box.height / 2}; })()"
        )
        for kind in ("mousePressed", "mouseReleased"):
            self.ask("Input.dispatchMouseEvent", type=kind, button="left", clickCount=1, **box)

    def look(self, width: int, theme: str = "light", height: int = 900) -> None:
        """Set the width of the window in pixels, and what the system says of dark and light."""
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        self.ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": theme}])

    def picture(self, path: Path, *, whole: bool = False) -> None:
        """Write what is seen, or the `whole` page, as a PNG."""
        shot = self.ask("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        path.write_bytes(base64.b64decode(shot["data"]))

    def complaints(self) -> list[str]:
        """Return what the browser has to say against this page: scripts that failed, what the policy refused."""
        entries = [
            one["params"] for one in self.events if one.get("method") in ("Log.entryAdded", "Runtime.exceptionThrown")
        ]
        return [json.dumps(one) for one in entries]
