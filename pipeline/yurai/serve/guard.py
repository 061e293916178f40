"""Stand before every request: who may ask, by which name, how often; and what every answer tells the browser."""

from __future__ import annotations

from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Final
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from yurai.serve.bounds import HEADERS as HEAD
from yurai.serve.bounds import QUERY
from yurai.serve.hosts import host_name, may_be_called
from yurai.serve.rate import Rate
from yurai.serve.token import cookie_of, same

COOKIE: Final = "yurai-serve"
LOGIN: Final = "/login"
OPEN: Final = ("/static/", LOGIN)
"""What is answered without the token: it is the same for every tree."""
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Final = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cache-control": "no-store",
}
"""What every answer has, unless it has its own."""


@dataclass(frozen=True, slots=True)
class Guard:
    """Lets requests through to `app` that have a known Host, are not too many, and bring the token if there is one."""

    app: ASGIApp
    rate: Rate
    names: frozenset[str]
    token: str | None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or have the app answer."""
        if scope["type"] != "http":
            return
        answer = self._refusal(scope) or self.app
        await answer(scope, receive, _with_headers(send))

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        if not may_be_called(headers.get("host", ""), self.names):
            return PlainTextResponse("This server is not called so; see --name of yurai serve.\n", 421)
        wait = self.rate.wait(scope["client"][0] if scope["client"] else "")
        if wait:
            return PlainTextResponse("Too many requests.\n", 429, {"retry-after": str(wait)})
        if scope["method"] not in ("GET", "HEAD", "POST"):
            return PlainTextResponse("Only GET, HEAD and POST are answered.\n", 405, {"allow": "GET, HEAD, POST"})
        if len(scope["query_string"]) > 4 * QUERY:
            return PlainTextResponse("The address is too long.\n", 414)
        if sum(len(name) + len(value) for name, value in scope["headers"]) > HEAD:
            return PlainTextResponse("The head of the request is too long.\n", 431)
        if scope["method"] == "POST" and _from_elsewhere(headers):
            return PlainTextResponse("This form came from another site.\n", 403)
        return None if self.token is None else self._unknown(scope, headers, self.token)

    def _unknown(self, scope: Scope, headers: Headers, token: str) -> Response | None:
        """Return what those get who bring no token; of one in the address, the way on with a cookie."""
        path: str = scope["path"]
        if path.startswith(OPEN) or _bears(headers, token):
            return None
        given = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
        if given and same(given, token):
            return admitted(token, path)
        return RedirectResponse(LOGIN, 303) if scope["method"] == "GET" else PlainTextResponse("No token.\n", 401)


def admitted(token: str, path: str = "/") -> Response:
    """Return the way on for a browser that has shown the token: a cookie that no script reads, and no site sends."""
    answer = RedirectResponse(path, 303)
    answer.set_cookie(COOKIE, cookie_of(token), httponly=True, samesite="strict", path="/")
    return answer


def _bears(headers: Headers, token: str) -> bool:
    kind, _, given = headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer" and same(given.strip(), token):
        return True
    try:
        cookie = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return False
    return cookie is not None and same(cookie.value, cookie_of(token))


def _from_elsewhere(headers: Headers) -> bool:
    """Whether a form was sent by a page of another site, which browsers say.

    Under `no-referrer` they call the origin of our own pages null too; then Sec-Fetch-Site tells.
    """
    origin = headers.get("origin", "null")
    try:
        named = origin != "null" and urlsplit(origin).netloc.lower() != headers.get("host", "").lower()
    except ValueError:
        return True
    return named or headers.get("sec-fetch-site", "none") not in ("none", "same-origin")


def _with_headers(send: Send) -> Send:
    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return sent


def names_of(host: str, more: list[str]) -> frozenset[str]:
    """Return the names that a server at `host` may be called by."""
    return frozenset(host_name(one) for one in (host, *more))
