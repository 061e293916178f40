"""Tell versions of programs from addresses, which they look like: `kernel 2.6.35.14`, `バージョン 1.2.33.44`."""

from __future__ import annotations

import functools

import re2

from yurai_filters.pii.context import OTHER_NUMBER, Context

_ADDRESS = r"\b(?:ip|ips|ipv4|address|addresses|dns|ping|nameserver)\b|アドレス"
_NAMES = (
    r"\b(?:kernels?|firmwares?|fw|sw|hw|software|linux|unix|windows|macos|os ?x|ios|android|ubuntu|debian|fedora"
    r"|centos|chrome|chromium|firefox|safari|opera|edge|flash|player|plugin|reader|acrobat|java|jdk|jre|jvm|websphere"
    r"|weblogic|oracle|mysql|mariadb|postgres(?:ql)?|db2|php|openssl|bios|uefi|esxi?|vmware|drivers?|builds?|engine"
    r"|sdk|toolkit|cuda|cudnn|tensorrt|nvidia|geforce|radeon|directx|silverlight|itunes|quicktime|skype|thunderbird"
    r"|photoshop|illustrator|visual studio|webkit|opencv|pytorch|tensorflow"
    r"|revisions?|rev|v|vers|versions?|releases?|patch|hotfix|updates?|upgrade[ds]?|rc|beta|alpha"
    r"|wersj[aiąeę]|verze|verzia|versie|versioni?e?|versi[oó]n|versões|versão|sürüm|noyau|micrologiciel|fassung)"
)
_LETTERS = (
    r"(?:バ|ヴァ)ージョン|ファーム(?:ウ[ェエ]ア)?|カーネル|ドライバー?|リリース|ビルド|リビジョン|アップデート|版|版本号?|固件|内核|驱动"
    r"|버전|펌웨어|커널|릴리스|빌드|верси[а-я]*|прошивк[а-я]*|ядр[а-я]*|сборк[а-я]*|έκδοση|phiên bản|เวอร์ชัน|إصدار|संस्करण"  # noqa: RUF001 - other scripts
)
_BETWEEN = r"(?: (?:is|was|are|to|of|no|number|sp|version)\b)?(?:は|が|の|を|から|番号)?[-\s\"'`*_:=(（/.#]{0,4}$"  # noqa: RUF001 - a wide bracket
IP_CONTEXT = Context(_ADDRESS, rf"{OTHER_NUMBER}|(?:{_NAMES}|{_LETTERS}){_BETWEEN}")
"""Words that say that a number is an address, and words right before it that say that it is a version."""
_AFTER = re2.compile(r"^ ?(?:版|バージ|ファーム|버전|版本|節|項|章|条)|^\.? ?(?:§|\bsec)")
_LIST = re2.compile(r"^[ ,;、・/~-]{0,3}(?:and|or|to|und|et|y|и|や|と|から|および|または|及び|和|至)?[ ,]?$")
_SMALL, _FIRST, _LARGE = 32, 30, 100
"""Versions have small parts; of addresses 1 in 4,000 has four parts below 32, and 1 in 120 begins with 30 or less and
has none of 100 and more."""


def has_small_parts(parts: tuple[int, ...]) -> bool:
    """Whether four numbers are a version rather than an address, where no word says which."""
    return max(parts) < (_LARGE if parts[0] <= _FIRST else _SMALL)


def begins_large(parts: tuple[int, ...]) -> bool:
    """Whether four numbers are an address rather than a version, where a name is tied to them: `8.5.133.2-beta`."""
    return parts[0] > _FIRST


def is_heading(codes: bytes, start: int, end: int) -> bool:
    """Whether four numbers begin a line and a dot follows: headings of sections have that form, `6.2.4.4. Names`."""
    begins = codes[max(0, start - 3) : start].rstrip(b" #*")[-1:] in (b"", b"\n")
    return begins and codes[end : end + 2] in (b". ", b".\n", b".\x80")


@functools.lru_cache(4096)
def is_version(after: str) -> bool:
    """Whether what follows four numbers says that they are a version."""
    return bool(after) and _AFTER.search(after) is not None


@functools.lru_cache(4096)
def is_list(between: str) -> bool:
    """Whether what is between two numbers makes them a list of one kind: `versions 1.2.130.4 and 1.2.130.5`."""
    return _LIST.search(between) is not None
