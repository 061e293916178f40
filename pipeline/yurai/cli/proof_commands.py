"""Define `yurai sign`, `yurai verify` and `yurai prove`.

What they call loads a library of cryptography, which no other command needs, and Arrow: so it is imported inside.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from collections.abc import Callable

    from yurai_manifests.canonical import Json
    from yurai_manifests.merkle.claims import Asked, Claim
    from yurai_manifests.merkle.sorted_keys import KeyKind
    from yurai_manifests.signing.oms import Keyless
    from yurai_manifests.store import Store

    Stamper = Callable[[bytes], bytes] | None

Folder = Annotated[
    Literal["documents", "extracted", "dropped"],
    typer.Option(help="folder to speak of: kept documents, all extracted pages, or what was dropped"),
]
Many = list[str] | None
ID_LETTERS = 32


Authorities = Annotated[
    str | None,
    typer.Option("--tsa-certificates", metavar="PEM", help="root of a time stamping authority, and what lies between"),
]
Issuer = Annotated[str | None, typer.Option(metavar="URL", help="OpenID issuer that vouches for the identity")]
TrustConfig = Annotated[
    str | None, typer.Option(metavar="FILE", help="trust configuration of a Sigstore other than the public one")
]


def sign(
    out: Annotated[str | None, typer.Argument(metavar="OUT", help="output tree of a run")] = None,
    key: Annotated[
        str | None, typer.Option(metavar="FILE", help="secret key to sign with, in PEM: Ed25519; P-256 with --oms")
    ] = None,
    new_key: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="make a key: FILE, which you keep, and FILE.pub, which you give out"),
    ] = None,
    timestamp: Annotated[
        str | None, typer.Option(metavar="URL", help="have this authority stamp the time (RFC 3161; yurai[timestamp])")
    ] = None,
    tsa_certificates: Authorities = None,
    oms: Annotated[
        bool, typer.Option("--oms", help="write a bundle of OpenSSF Model Signing instead (yurai[oms])")
    ] = False,
    keyless: Annotated[
        bool, typer.Option("--keyless", help="with --oms: sign through Sigstore, over the network, without a key")
    ] = False,
    identity_token: Annotated[
        str | None, typer.Option(metavar="FILE", help="with --keyless: file of an OpenID token")
    ] = None,
    oidc_issuer: Issuer = None,
    trust_config: TrustConfig = None,
) -> None:
    """Sign a run, so that whoever has your public key sees every later edit; nothing of the run changes.

    Examples: `yurai sign --new-key me.key`, `yurai sign OUT --key me.key`, `yurai verify OUT --key me.key.pub`.
    """
    if new_key is not None:
        _new_key(new_key, oms=oms)
        key = key or new_key
    if keyless and (key is not None or not oms):
        raise typer.BadParameter("--keyless goes with --oms, and without a key")
    if not keyless and (identity_token or oidc_issuer or trust_config):
        raise typer.BadParameter("--identity-token, --oidc-issuer and --trust-config go with --oms --keyless")
    if tsa_certificates is not None and timestamp is None:
        raise typer.BadParameter("--tsa-certificates goes with --timestamp URL")
    if out is None:
        if new_key is None:
            raise typer.BadParameter("give OUT with --key FILE, or --new-key FILE")
        return
    if key is None and not keyless:
        raise typer.BadParameter("give --key FILE; `yurai sign --new-key FILE` makes one")
    from yurai_manifests.store import open_store

    store, stamp = open_store(out), _stamper(timestamp, tsa_certificates)
    if oms:
        signer = Path(key) if key else _keyless(identity_token, oidc_issuer, trust_config)
        _sign_bundle(store, signer, stamp)
    elif key is not None:
        _sign_statement(store, Path(key), stamp)


def _new_key(name: str, *, oms: bool) -> None:
    from yurai.terminal import say
    from yurai_manifests.signing.curve_keys import new_curve_key
    from yurai_manifests.signing.keys import new_key

    made = new_curve_key(Path(name)).id if oms else new_key(Path(name)).id
    say(f"key {made}: {name} signs, keep it; {name}.pub verifies, give it out")


def _stamper(url: str | None, certificates: str | None) -> "Stamper":
    """Return what has the bytes of a signature stamped; None where nobody asked for it."""
    if url is None:
        return None
    from yurai_manifests.signing.authority import stamped
    from yurai_manifests.signing.timestamp import load_authorities, need_timestamps

    need_timestamps()
    authorities = load_authorities(Path(certificates)) if certificates else []
    return lambda signature: stamped(url, signature, authorities)


def _keyless(token: str | None, issuer: str | None, trust: str | None) -> "Keyless":
    from yurai.cli.text_file import read_text
    from yurai_manifests.signing.oms import Keyless

    return Keyless(read_text(token).strip() if token else None, issuer, Path(trust) if trust else None)


def _sign_statement(store: "Store", key: Path, stamp: "Stamper") -> None:
    from yurai.terminal import say
    from yurai_manifests.signing import keys, statement

    signed = statement.sign_tree(store, keys.load_secret(key), stamp)
    say(f"signed by {signed.key.id}: run.json {signed.run_sha256}")
    say(f"Merkle root {signed.root}")
    _say_files(store, signed.name, stamp)


def _sign_bundle(store: "Store", signer: "Path | Keyless", stamp: "Stamper") -> None:
    from yurai.terminal import say
    from yurai_manifests.signing.oms import sign_bundle
    from yurai_manifests.words import plural

    bundle = sign_bundle(store, signer, stamp)
    say(f"signed by {bundle.id} for OpenSSF Model Signing: {plural(len(bundle.files), 'file')}")
    _say_files(store, bundle.name, stamp)


def _say_files(store: "Store", name: str, stamp: "Stamper") -> None:
    from yurai.terminal import say
    from yurai_manifests.signing.files import STAMP
    from yurai_manifests.signing.timestamp import check_stamp

    say(f"{store.url}/{name}")
    if stamp is not None:
        seen = check_stamp(store.read(f"{name}{STAMP}"), store.read(name))
        say(f"{store.url}/{name}{STAMP}: {seen.time.isoformat()} by {seen.authority}")


def verify(
    target: Annotated[
        str, typer.Argument(metavar="OUT|FILE", help="output tree, or file that `yurai prove` or `yurai inquire` wrote")
    ],
    key: Annotated[
        str | None, typer.Option(metavar="PUBLIC", help="public key that must have signed it; P-256: as an OMS bundle")
    ] = None,
    root: Annotated[
        str | None, typer.Option(metavar="HEX", help="Merkle root that you trust; for a proof that nobody signed")
    ] = None,
    text_file: Annotated[
        str | None, typer.Option(metavar="FILE", help="text that a claim of the proof must be about")
    ] = None,
    rows: Annotated[
        bool, typer.Option("--rows/--no-rows", help="of a tree: hold every row against the Merkle roots too")
    ] = True,
    tsa_certificates: Authorities = None,
    identity: Annotated[
        str | None, typer.Option(metavar="WHO", help="who must have signed it through Sigstore; asks the network")
    ] = None,
    oidc_issuer: Issuer = None,
    trust_config: TrustConfig = None,
) -> None:
    """Verify a tree, a proof or a signed answer, offline; exit 1 and name what is wrong if anything is.

    Examples: `yurai verify OUT`, `yurai verify OUT --key them.pub`, `yurai verify proof.json --key them.pub`.
    """
    if (identity is None) != (oidc_issuer is None) or (trust_config is not None and identity is None):
        raise typer.BadParameter("--identity WHO and --oidc-issuer URL go together, --trust-config with them")
    if Path(target).is_file():
        if identity is not None or tsa_certificates is not None:
            raise typer.BadParameter("--identity and --tsa-certificates go with a tree, and this is a file")
        from yurai.cli.verify_answer import is_answer, verify_answer
        from yurai.cli.verify_case import is_case_file, verify_case
        from yurai.cli.verify_proof import verify_proof

        if is_case_file(Path(target)):
            if text_file is not None:
                raise typer.BadParameter(
                    "--text-file goes with an answer or a proof, and this is the case of a takedown"
                )
            raise typer.Exit(0 if verify_case(Path(target), key, root) else 1)
        if is_answer(Path(target)):
            raise typer.Exit(0 if verify_answer(Path(target), key, root, text_file) else 1)
        raise typer.Exit(0 if verify_proof(Path(target), key, root, text_file) else 1)
    if root is not None or text_file is not None:
        raise typer.BadParameter("--root and --text-file go with a proof, and this is no file")
    from yurai.cli.verify_tree import trust_of, verify_output

    trust = trust_of(key, tsa_certificates, identity, oidc_issuer, trust_config)
    raise typer.Exit(0 if verify_output(target, trust, rows=rows) else 1)


def prove(
    out: Annotated[str, typer.Argument(metavar="OUT", help="output tree of a run")],
    contains: Annotated[
        Many, typer.Option(metavar="URL|ID|TEXT", help="URL, doc_id or whole text that is in; may be repeated")
    ] = None,
    absent: Annotated[
        Many, typer.Option(metavar="URL|ID|TEXT", help="URL, doc_id or whole text that is not in; may be repeated")
    ] = None,
    contains_list: Annotated[
        Many, typer.Option(metavar="FILE", help="file of URLs or doc_ids that are in, one a line")
    ] = None,
    absent_list: Annotated[
        Many, typer.Option(metavar="FILE", help="file of URLs or doc_ids that are not in, one a line")
    ] = None,
    contains_text: Annotated[
        Many, typer.Option(metavar="FILE", help="file of one whole text that is in; may be repeated")
    ] = None,
    absent_text: Annotated[
        Many, typer.Option(metavar="FILE", help="file of one whole text that is not in; may be repeated")
    ] = None,
    within: Folder = "documents",
    output: Annotated[str | None, typer.Option(metavar="FILE", help="file to write; default standard output")] = None,
) -> None:
    """Prove that a page is in a run, or that none with a URL, doc_id or text is; anyone can verify it without the data.

    A text is that of a whole document, equal but for white space and Unicode composition; passages are not found.

    Examples: `yurai prove OUT --contains https://e.example/ --output proof.json`,
    `yurai prove OUT --absent-list urls.txt --output proof.json`, then `yurai verify proof.json --key them.pub`.
    """
    import json

    from yurai.terminal import put_json, say
    from yurai_manifests.merkle.claims import prove as make
    from yurai_manifests.run import load_run
    from yurai_manifests.store import open_store
    from yurai_manifests.words import plural

    asked = [
        *_asked("contains", within, contains, contains_list, contains_text),
        *_asked("absent", within, absent, absent_list, absent_text),
    ]
    if not asked:
        raise typer.BadParameter("say what to prove: --contains or --absent")
    store = open_store(out)
    proof = make(store, load_run(store), asked, _statement(out))
    text = json.dumps(proof, ensure_ascii=True, separators=(",", ":"))
    if output is None:
        put_json(text)
    else:
        Path(output).write_text(f"{text}\n", encoding="utf-8")
        say(f"{output}: {plural(len(asked), 'claim')}, run root {proof['root']}")


def _asked(claim: "Claim", within: str, values: Many, lists: Many, texts: Many) -> "list[Asked]":
    from yurai.cli.text_file import read_text
    from yurai_manifests.merkle.claims import Asked

    lines = [line.strip() for name in lists or () for line in read_text(name).splitlines()]
    named = [*(values or ()), *(line for line in lines if line)]
    found = [Asked(claim, _kind(value), value, within) for value in named]
    return [*found, *(Asked(claim, "text", read_text(name), within) for name in texts or ())]


def _kind(value: str) -> "KeyKind":
    """Tell a URL and a doc_id from a text."""
    if "://" in value and not set(value) & set(" \n\t"):
        return "url"
    return "doc_id" if len(value) == ID_LETTERS and not set(value) - set("0123456789abcdef") else "text"


def _statement(out: str) -> "Json":
    """Return the envelope of the first signature of this very run; None, and say so, where there is none."""
    from yurai.terminal import tell
    from yurai_manifests.signing.statement import statement_of
    from yurai_manifests.store import open_store

    envelope = statement_of(open_store(out))
    if envelope is None:
        tell(
            "nobody signed this run: who verifies the proof must know its root from elsewhere (--root); `yurai sign` it"
        )
    return envelope
