"""Say which address is answered by which page."""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlencode

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from yurai.report.browse import FOLDERS, Outcome, Wanted
from yurai.report.readers.tiers import Tier
from yurai.serve.answers import Page, failing, form, html, view_of, with_language
from yurai.serve.bounds import QUERY, TEXT
from yurai.serve.corpus import Corpus
from yurai.serve.files import static
from yurai.serve.guard import LOGIN, POLICY, Guard, admitted
from yurai.serve.made import Maker
from yurai.serve.pages.browse import COUNTS, documents, facets
from yurai.serve.pages.document import document
from yurai.serve.pages.home import home
from yurai.serve.pages.login import login
from yurai.serve.pages.reports import command_of, reports, waiting
from yurai.serve.pages.search import captures, kind_of
from yurai.serve.pages.trace import trace
from yurai.serve.rate import Rate
from yurai.serve.token import same
from yurai.serve.view import View
from yurai.serve.work import Workers

AGAIN: Final = {"refresh": "2"}
"""Has a browser ask again while something is being made."""
FILTERS: Final = ("domain", "lang", "licence", "year", "stage", "reason")
COUNT_ROWS: Final = "1000"


@dataclass
class App:
    """The pages over one tree, in one tier."""

    corpus: Corpus
    tier: Tier
    token: str | None = None
    workers: Workers = field(default_factory=Workers)
    maker: Maker = field(default_factory=Maker)

    def routes(self) -> list[Route]:
        """Return all addresses."""
        return [
            Route("/", self.page(lambda view, _: home(self.corpus, view))),
            Route("/search", self.page(self._search)),
            Route("/trace", self._trace, methods=["GET", "POST"]),
            Route("/document/{doc_id:str}", self.page(self._document)),
            Route("/documents", self.page(self._documents)),
            Route("/browse", self._browse),
            Route("/report", self.page(lambda view, _: reports(view))),
            Route("/report/{name:str}", self._report),
            Route("/language", self._language),
            Route(LOGIN, self._login, methods=["GET", "POST"]),
            Route("/static/{name:str}", self._static),
        ]

    def page(self, make: Callable[[View, Request], Page]) -> Callable[[Request], object]:
        """Return what answers a request with a page that a thread makes."""

        async def answer(request: Request) -> Response:
            view = view_of(request, self.tier)
            return html(await self.workers.do(lambda: make(view, request)))

        return answer

    def _search(self, view: View, request: Request) -> Page:
        asked = request.query_params.get("q", "").strip()
        if len(asked) > QUERY:
            raise HTTPException(413)
        if not asked:
            return RedirectResponse("/", 303)
        kind = kind_of(asked)
        if kind == "doc_id":
            return RedirectResponse(f"/document/{asked}", 303)
        if kind == "domain":
            return RedirectResponse(f"/documents?{urlencode({'domain': asked})}", 303)
        if kind == "passage":
            return RedirectResponse(f"/trace?{urlencode({'text': asked})}", 303)
        found = captures(self.corpus, view, asked)
        return found if isinstance(found, str) else RedirectResponse(f"/document/{found.doc_id}", 303)

    async def _trace(self, request: Request) -> Response:
        """Texts are sent as a form, so that they stand in no address; a passage that was searched for does."""
        view = view_of(request, self.tier)
        given = await form(request) if request.method == "POST" else request.query_params
        text = given.get("text", "").replace("\r\n", "\n")
        if len(text) > TEXT:
            raise HTTPException(413)
        return html(await self.workers.do(lambda: trace(self.corpus, view, text)))

    def _document(self, view: View, request: Request) -> Page:
        doc_id = request.path_params["doc_id"]
        return document(self.corpus, view, doc_id) if kind_of(doc_id) == "doc_id" else None

    def _documents(self, view: View, request: Request) -> Page:
        asked = request.query_params
        outcome: Outcome = "dropped" if asked.get("outcome") == "dropped" else "kept"
        given = {name: asked[name] for name in FILTERS if asked.get(name)}
        after = asked.get("after", "0")
        if asked.get("outcome", outcome) not in FOLDERS or not after.isdecimal() or len(after) > 15:  # noqa: PLR2004
            raise HTTPException(400)
        return documents(self.corpus, view, Wanted(outcome, **given), int(after))

    async def _browse(self, request: Request) -> Response:
        view = view_of(request, self.tier)
        words = ("query", self.corpus.out, "--sql", COUNTS, "--format", "json", "--limit", COUNT_ROWS)
        counted = await self.maker.text(*words)
        made = html(await self.workers.do(lambda: facets(self.corpus, view, counted)))
        made.headers.update(AGAIN if counted is None else {})
        return made

    async def _report(self, request: Request) -> Response:
        view, name = view_of(request, self.tier), request.path_params["name"]
        command = command_of(self.corpus.out, name, view)
        if command is None:
            raise HTTPException(404)
        made = await self.maker.text(*command[0], codes=command[1])
        if made is None:
            return HTMLResponse(waiting(view, name), 202, AGAIN)
        return HTMLResponse(made, headers={"content-security-policy": _policy_of(made)})

    async def _language(self, request: Request) -> Response:
        return with_language(request.query_params.get("to", ""), request.query_params.get("back", "/"))

    async def _login(self, request: Request) -> Response:
        view = view_of(request, self.tier)
        if self.token is None:
            return RedirectResponse("/", 303)
        if request.method != "POST":
            return html(login(view), 401)
        given = (await form(request)).get("token", "").strip()
        return admitted(self.token) if same(given, self.token) else html(login(view, wrong=True), 401)

    async def _static(self, request: Request) -> Response:
        try:
            body, kind = static(request.path_params["name"])
        except KeyError as error:
            raise HTTPException(404) from error
        return Response(body, media_type=kind, headers={"cache-control": "private, max-age=300"})


def _policy_of(report: str) -> str:
    """Return the policy of a report, which brings its style sheet within it: that one is let in, by its digest."""
    style = report.partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return POLICY.replace("script-src 'self'; style-src 'self'", f"style-src 'sha256-{digest}'")


def application(app: App, names: frozenset[str]) -> Guard:
    """Return the whole of it, with the guard in front."""
    inner = Starlette(routes=app.routes(), exception_handlers=failing(app.tier))
    return Guard(inner, Rate(time.monotonic), names, app.token)
