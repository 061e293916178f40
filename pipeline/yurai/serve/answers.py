"""Turn requests into answers: which page, in which language, by which thread; and what is said when one fails."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final, cast
from urllib.parse import parse_qs

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from yurai.report.readers.figures import Name
from yurai.report.readers.said import LANGUAGES, Language, Said, say
from yurai.report.readers.tiers import Tier
from yurai.report.safe_text import visible
from yurai.serve.bounds import BODY, HEAD_SECONDS
from yurai.serve.pages.layout import heading, note, page
from yurai.serve.view import View
from yurai.serve.work import BusyError
from yurai_manifests.errors import RecipeError, YuraiError

LANGUAGE: Final = "yurai-language"
Page = str | Response | None


def language_of(request: Request) -> Language:
    """Return the language that was chosen, else the first that the browser asks for, else English."""
    asked = request.headers.get("accept-language", "")[:200].lower()
    chosen = request.cookies.get(LANGUAGE, "")
    first = next((one for one in asked.replace(";", ",").split(",") if one.strip()[:2] in LANGUAGES), "en").strip()[:2]
    return cast("Language", chosen if chosen in LANGUAGES else first)


def view_of(request: Request, tier: Tier) -> View:
    """Return how a request is answered."""
    return View(tier, language_of(request))


def html(made: Page, status: int = 200) -> Response:
    """Return a page as an answer; None is not found."""
    if made is None:
        raise HTTPException(404)
    return made if isinstance(made, Response) else HTMLResponse(made, status)


def inside(path: str) -> str:
    """Return a path of this server; what would lead elsewhere becomes the first page."""
    plain = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable() and "\\" not in path
    return path if plain else "/"


def with_language(to: str, back: str) -> Response:
    """Return the way back, in another language."""
    answer = RedirectResponse(inside(back), 303)
    if to in LANGUAGES:
        answer.set_cookie(LANGUAGE, to, max_age=31_536_000, httponly=True, samesite="strict", path="/")
    return answer


async def form(request: Request) -> dict[str, str]:
    """Return the fields of a form that was sent, bounded in bytes and in time.

    Raises:
        HTTPException: it is too large (413), too slow (408), or no form (400).
    """
    try:
        body = await asyncio.wait_for(_body(request), HEAD_SECONDS)
        fields = parse_qs(body.decode("ascii"), keep_blank_values=True, max_num_fields=16, errors="strict")
    except TimeoutError as error:
        raise HTTPException(408) from error
    except ValueError as error:
        raise HTTPException(400) from error
    return {name: values[0] for name, values in fields.items()}


async def _body(request: Request) -> bytes:
    read = bytearray()
    async for part in request.stream():
        read += part
        if len(read) > BODY:
            raise HTTPException(413, headers={"connection": "close"})
    return bytes(read)


STATUS: Final[dict[int, Said]] = {
    400: say("This cannot be read"),
    404: say("There is no such page"),
    405: say("This page takes no such request"),
    408: say("The request came too slowly"),
    413: say("This is too long"),
    500: say("This is a fault of Yurai"),
    502: say("The corpus cannot be read"),
    503: say("Too much is asked at once"),
    504: say("It took too long"),
}


def failing(tier: Tier) -> dict[type[Exception] | int, Callable[[Request, Exception], Response]]:
    """Return what is said of each kind of error. Only of those that Yurai raises on purpose are the words shown."""

    def answer(request: Request, error: Exception) -> Response:
        status, detail = _status(error)
        view = view_of(request, tier)
        title = STATUS.get(status, STATUS[400])
        made = page(view, title, heading(view, title), note(view, Name(detail)) if detail else None)
        headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
        return HTMLResponse(made, status, headers | ({"retry-after": "2"} if status == 503 else {}))  # noqa: PLR2004

    return dict.fromkeys((HTTPException, YuraiError, BusyError, TimeoutError, Exception), answer)


def _status(error: Exception) -> tuple[int, str]:
    if isinstance(error, HTTPException):
        return error.status_code, ""
    if isinstance(error, YuraiError):
        return (400 if isinstance(error, RecipeError) else 502), visible(str(error))
    return (503 if isinstance(error, BusyError) else 504 if isinstance(error, TimeoutError) else 500), ""
