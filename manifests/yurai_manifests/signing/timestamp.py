"""Check time stamps of RFC 3161: that an authority saw these very bytes, and when; needs the extra `yurai[timestamp]`.

An authority is known by its root certificate, which whoever verifies must give: a token brings its own certificates,
and anyone can make some. The chain must be valid at the time that is stamped (RFC 3161, 2.3 and 4), not today.
"""

import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from yurai_manifests.canonical import sha256
from yurai_manifests.errors import AuditError, RecipeError
from yurai_manifests.needed import need
from yurai_manifests.signing.der import in_order

if TYPE_CHECKING:
    from cryptography.x509 import Certificate
    from rfc3161_client import TimeStampResponse

SHA256: Final = "2.16.840.1.101.3.4.2.1"
MODULE: Final = "rfc3161_client"
_STATUS: Final = ("granted", "granted with changes", "rejection", "waiting", "revocation warning", "revoked")
_CAUSE: Final = re.compile(r'Verify error: ([^"]+)')
_REASON: Final = re.compile(r'reason: "([^"]+)"')


@dataclass(frozen=True, slots=True)
class Stamp:
    """When an authority says that it saw something; `held` tells whether its certificates lead to a root given."""

    time: datetime
    authority: str
    held: bool


def need_timestamps() -> None:
    """Raise RecipeError, which says how to install it, where the library is missing."""
    need(MODULE, "time stamps of RFC 3161 need rfc3161-client")


def load_authorities(path: Path) -> "list[Certificate]":
    """Read the certificates of authorities from a PEM file: a root, and any between it and the authority.

    Raises:
        RecipeError: it cannot be read, holds no certificate, or no root.
    """
    from cryptography.x509 import load_pem_x509_certificates  # noqa: PLC0415 - of use with time stamps alone

    try:
        found = load_pem_x509_certificates(path.read_bytes())
    except (OSError, ValueError) as error:
        raise RecipeError(
            f"cannot read certificates from {path}: {error}; give the PEM file that the authority publishes"
        ) from error
    if not any(_is_root(one) for one in found):
        raise RecipeError(f"{path} holds no root certificate, one that signed itself; add that of the authority")
    return found


def check_stamp(answer: bytes, signature: bytes, authorities: "Sequence[Certificate]" = ()) -> Stamp:
    """Return what the answer of an authority says of `signature`, the bytes of a file in signatures/.

    Without `authorities` only this is checked: that it speaks of these bytes.

    Raises:
        AuditError: it is damaged, of other bytes, or its chain does not lead to a root in `authorities`.
    """
    with warnings.catch_warnings(action="ignore"):  # of certificates that others made, which the user cannot mend
        return _checked(answer, signature, authorities)


def _checked(answer: bytes, signature: bytes, authorities: "Sequence[Certificate]") -> Stamp:
    response = read_answer(answer)
    imprint = response.tst_info.message_imprint
    if imprint.hash_algorithm.dotted_string != SHA256 or imprint.message.hex() != sha256(signature):
        raise AuditError("the time stamp is of other bytes than those of the signature beside it")
    if authorities:
        _hold(response, bytes.fromhex(sha256(signature)), authorities)
    return Stamp(response.tst_info.gen_time, _authority(response), bool(authorities))


def read_answer(answer: bytes) -> "TimeStampResponse":
    """Return the answer of an authority that grants a time stamp.

    Raises:
        AuditError: it is no such answer, or the authority refuses; the message says why.
    """
    from rfc3161_client import decode_timestamp_response  # noqa: PLC0415 - an extra

    try:
        response = decode_timestamp_response(in_order(answer))
        status, words = response.status, response.status_string
        if status == 0:
            _ = response.tst_info.gen_time, response.signed_data, _authority(response)
            return response
    except Exception as error:  # parsers of bytes that others wrote: their errors have no common class
        raise AuditError(f"it is no time stamp of RFC 3161 ({_first_line(error)})") from error
    said = _STATUS[status] if 0 <= status < len(_STATUS) else f"status {status}"
    raise AuditError(f"the authority did not grant a time stamp: {': '.join([said, *map(str, words)])}")


def _hold(response: "TimeStampResponse", digest: bytes, authorities: "Sequence[Certificate]") -> None:
    from rfc3161_client import VerifierBuilder  # noqa: PLC0415 - an extra

    roots = [one for one in authorities if _is_root(one)]
    between = [one for one in authorities if not _is_root(one)]
    try:
        VerifierBuilder(roots=roots, intermediates=between).build().verify(response, digest)
    except Exception as error:  # as in `read_answer`
        raise AuditError(f"the time stamp does not hold: {_why(str(error))}") from error


def _why(words: str) -> str:
    """Return what an error of OpenSSL means, without its place in the source."""
    if found := _CAUSE.search(words):
        return f"its chain does not lead to a certificate that was given ({found[1]})"
    found = _REASON.search(words)
    return f"its signature is wrong ({found[1]})" if found else words


def _authority(response: "TimeStampResponse") -> str:
    """Return the subject of the certificate that the token names as its signer's, else its issuer and number."""
    from cryptography.x509 import load_der_x509_certificate  # noqa: PLC0415 - of use with time stamps alone

    signers = [(one.issuer, one.serial_number) for one in response.signed_data.signer_infos]
    for one in sorted(response.signed_data.certificates):
        certificate = load_der_x509_certificate(one)
        if (certificate.issuer, certificate.serial_number) in signers:
            return certificate.subject.rfc4514_string()
    return "; ".join(f"certificate {number:x} of {issuer.rfc4514_string()}" for issuer, number in signers)


def _is_root(certificate: "Certificate") -> bool:
    return certificate.issuer == certificate.subject


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0] or type(error).__name__
