"""The page for those who bring no token."""

from yurai.report.markup import el
from yurai.report.readers.said import say
from yurai.serve.pages.layout import heading, note, page
from yurai.serve.view import View


def login(view: View, *, wrong: bool = False) -> str:
    """Return the form that takes the token."""
    return page(
        view,
        say("Token"),
        heading(view, say("Token")),
        note(view, say("Whoever started this server has its token: the command printed it, or a file holds it.")),
        el("p", view.words(say("That is not the token.")), role="alert") if wrong else None,
        el(
            "form",
            el("label", view.words(say("Token")), for_="token"),
            el("input", type="password", name_="token", id_="token", autocomplete="off", required=""),
            el("button", view.words(say("Enter")), type="submit"),
            method="post",
            action="/login",
            class_="search",
        ),
        back="/login",
    )
