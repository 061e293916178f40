"""Define filters "url-blocklist" and "url-words", which drop pages by their address and lists of the user."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import re2

from yurai_filters.declare import document_filter
from yurai_filters.hosts import host_name, host_of, parents, shown_url, url_name
from yurai_filters.lists import Lines
from yurai_filters.phrases import Manner, matches
from yurai_filters.ranges import at_least
from yurai_filters.why import first_reason

if TYPE_CHECKING:
    from collections.abc import Sequence

_PLAIN_HOST = re.compile(r"[a-z0-9]++([.-][a-z0-9]++)*+").fullmatch
_LONGEST_PLAIN = 63
_MANNER = Manner()
_ANYWHERE = Manner(kana_boundary=False, word_boundary=False)
_SUBSTRINGS_AT_ONCE = 200
_HELD = 16


class Domains(Lines):
    """Domains, one a line: `example.com` stands for itself and all hosts under it. Also IP addresses."""

    MEMBER = "domains"
    ENTRY = "a domain such as example.com"

    __slots__ = ()

    @classmethod
    def entry(cls, line: str) -> str | None:
        """Return the domain as `yurai_filters.hosts` writes it."""
        return line if len(line) <= _LONGEST_PLAIN and _PLAIN_HOST(line) else host_name(line)


class Urls(Lines):
    """URLs, one a line, with or without scheme."""

    MEMBER = "urls"
    ENTRY = "a URL such as example.com/page"

    __slots__ = ()

    @classmethod
    def entry(cls, line: str) -> str | None:
        """Return the URL as `yurai_filters.hosts` writes it."""
        return url_name(line)


class UrlWords(Lines):
    """Words of URLs, one a line: letters and digits; other characters are left out, as in URLs."""

    ENTRY = "a word of letters or digits"

    __slots__ = ()

    @classmethod
    def entry(cls, line: str) -> str | None:
        """Return the word in lower case; one that is not ASCII in Unicode's form NFKC."""
        if line.isascii():
            return re.sub(r"[^a-z0-9]+", "", line.lower()) or None
        return re.sub(r"[\W_]+", "", _MANNER.written(line)) or None


NO_DOMAINS, NO_URLS, NO_WORDS = Domains(), Urls(), UrlWords()


@document_filter("url-blocklist", version=1, cites="arXiv:2306.01116 section G.1")
def url_blocklist(
    url: pa.StringArray, *, domains: Domains = NO_DOMAINS, urls: Urls = NO_URLS, only_domains: Domains = NO_DOMAINS
) -> pa.StringArray:
    """Drop documents whose host or URL is on a list that the user gives.

    What it drops: `listed-domain` (the host, or a domain that it lies under, is in `domains`), `listed-url` (the URL is
    in `urls`), `unlisted-domain` (`only_domains` is given, and neither the host nor a domain that it lies under is in
    it; `jp` stands for all hosts under it). A document without a URL stays. A list is the path or URL of a text file,
    one entry a line, also .gz or .zst; a folder with the files `domains` and `urls`, as the UT1 collection has them; or
    `package:file`. Hosts are compared in lower case and ASCII (xn--), without port and user; URLs without scheme, user,
    fragment, a last slash, or their scheme's port.
    Why: a list of adult, fraud or spam sites keeps out what no look at a text finds as surely.
    Source: RefinedWeb (Penedo et al. 2023) with UT1's lists. datatrove 0.10.1 looks for the registered domain and the
    whole host alone, not for what lies between, and compares URLs as they are written, so that UT1's, which have no
    scheme, match nothing.
    LLM-jp v1 keeps pages under 13 top-level domains, `only_domains`.
    Example: with `example.com` in `domains`, a page of `https://WWW.Example.com:8080/a` is dropped as `listed-domain`.
    """
    pages = [page or "" for page in url.to_pylist()]
    outside = np.array([one is not None for one in url.to_pylist()], np.bool_) & ~_any_parent(pages, only_domains)
    return first_reason(
        listed_domain=pa.array(_any_parent(pages, domains)),
        listed_url=_listed(pages, urls),
        unlisted_domain=pa.array(outside & (len(only_domains) > 0)),
    )


@document_filter("url-words", version=1, cites="arXiv:2306.01116 section G.1")
def url_words(
    url: pa.StringArray,
    *,
    words: UrlWords = NO_WORDS,
    soft_words: UrlWords = NO_WORDS,
    substrings: UrlWords = NO_WORDS,
    soft_threshold: Annotated[int, at_least(1)] = 2,
) -> pa.StringArray:
    """Drop documents whose URL says words that the user lists, in any case.

    What it drops: `banned-word` (one of `words`), `soft-banned-words` (at least `soft_threshold` different ones of
    `soft_words`), `banned-substring` (one of `substrings` anywhere in the URL once all but ASCII letters and digits is
    left out). Words of a URL are its runs of ASCII letters and digits. A word that is not ASCII is looked for in the
    URL as a browser shows it: percent-encoded UTF-8 and hosts in Punycode are read, form and case are folded; katakana
    is no part of a longer run of it, and a word of a script with spaces none of a longer word. Lists are given as in
    `url-blocklist`.
    Why: hosts change faster than lists do, words do not; one strong word is enough, weaker ones need company.
    Source: RefinedWeb (Penedo et al. 2023) as datatrove 0.10.1 reads it, which compares whole words in their exact
    case, so that `/Poker/` is not the word poker there.
    Example: with `poker` and `bonus` in `soft_words`, `example.com/poker-bonus` is dropped as `soft-banned-words`.
    """
    spaced: Any = pc.replace_substring_regex(pc.utf8_lower(url), "[^a-z0-9]+", " ")
    words_of = pc.split_pattern(spaced, " ")
    return first_reason(
        banned_word=_says(url, words_of, words, 1),
        soft_banned_words=_says(url, words_of, soft_words, soft_threshold),
        banned_substring=pa.array(
            _flags(_holds(pc.replace_substring(spaced, " ", ""), substrings))
            | (_different(url, substrings, _ANYWHERE) > 0)
        ),
    )


def _says(url: pa.StringArray, words_of: Any, words: UrlWords, threshold: int) -> pa.BooleanArray:  # noqa: ANN401 - as below
    """Where a URL holds at least `threshold` different ones of `words`, those of other scripts among them."""
    return pa.array(_counted(words_of, words) + _different(url, words, _MANNER) >= threshold)


def _different(url: pa.StringArray, words: UrlWords, manner: Manner) -> npt.NDArray[np.int64]:
    """Count the different ones of `words` that are not ASCII in each URL, as a browser shows it."""
    foreign = _beyond_ascii(words)
    if not len(foreign):
        return np.zeros(len(url), np.int64)
    shown = [None if one is None else shown_url(one) for one in url.to_pylist()]
    return np.array([len({number for number, _, _ in found}) for _, found in matches(shown, foreign, manner)], np.int64)


@functools.lru_cache(maxsize=_HELD)
def _beyond_ascii(words: UrlWords) -> UrlWords:
    return UrlWords([[word for word in words if not word.isascii()]])


def _any_parent(pages: Sequence[str], domains: Domains) -> npt.NDArray[np.bool_]:
    """Look all hosts and their parents up at once."""
    rows: list[int] = []
    names: list[str] = []
    for row, page in enumerate(pages if len(domains) else ()):
        host = host_of(page)
        hosts = [] if host is None else parents(host)
        rows += [row] * len(hosts)
        names += hosts
    listed = np.zeros(len(pages), np.bool_)
    listed[np.array(rows, np.int64)[domains.found(names)]] = True
    return listed


def _listed(pages: Sequence[str], urls: Urls) -> pa.BooleanArray:
    # An empty name is no entry, so a page without a host is not listed.
    return pa.array(urls.found([url_name(page) or "" for page in pages] if len(urls) else [""] * len(pages)))


def _counted(words_of: Any, words: UrlWords) -> npt.NDArray[np.int64]:  # noqa: ANN401 - pyarrow.compute has no precise types
    """Count the different ones of `words` in each list of words."""
    if not len(words):
        return np.zeros(len(words_of), np.int64)
    rows = pc.list_parent_indices(words_of).to_numpy()
    flat = pc.list_flatten(words_of).dictionary_encode()
    known = words.found(flat.dictionary.to_pylist())[flat.indices.to_numpy()]
    pairs = np.unique(np.stack([rows[known], flat.indices.to_numpy()[known]]), axis=1)
    return np.bincount(pairs[0], minlength=len(words_of))


def _flags(held: pa.BooleanArray) -> npt.NDArray[np.bool_]:
    """Return flags; a null URL holds nothing."""
    return np.array([bool(one) for one in held.to_pylist()], np.bool_)


def _holds(text: Any, substrings: UrlWords) -> pa.BooleanArray:  # noqa: ANN401 - as above
    """Where a text holds one of `substrings`; patterns of some hundred words each stay within RE2's memory."""
    escaped = [re2.escape(word) for word in substrings if word.isascii()]
    held: Any = pa.array([False] * len(text), pa.bool_())
    for at in range(0, len(escaped), _SUBSTRINGS_AT_ONCE):
        held = pc.or_(held, pc.match_substring_regex(text, "|".join(escaped[at : at + _SUBSTRINGS_AT_ONCE])))
    result: pa.BooleanArray = held
    return result
