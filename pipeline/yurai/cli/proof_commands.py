"""Define `yurai sign`, `yurai verify` and `yurai prove`.

What they call loads a library of cryptography, which no other command needs: so it is imported inside.
"""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from yurai.cli.tables import SEVERITIES
from yurai.terminal import put_json, say, tell
from yurai_manifests.errors import AuditError, RecipeError
from yurai_manifests.run import load_run
from yurai_manifests.store import open_store
from yurai_manifests.words import plural

if TYPE_CHECKING:
    from yurai_manifests.canonical import Json
    from yurai_manifests.findings import Finding
    from yurai_manifests.merkle.claims import Asked, Claim, Proof
    from yurai_manifests.merkle.sorted_keys import KeyKind
    from yurai_manifests.signing.keys import PublicKey
    from yurai_manifests.signing.statement import Signed

Folder = Annotated[
    Literal["documents", "extracted", "dropped"],
    typer.Option(help="folder to speak of: kept documents, all extracted pages, or what was dropped"),
]
Many = list[str] | None
ID_LETTERS = 32


def sign(
    out: Annotated[str | None, typer.Argument(metavar="OUT", help="output tree of a run")] = None,
    key: Annotated[str | None, typer.Option(metavar="FILE", help="secret key to sign with, Ed25519 in PEM")] = None,
    new_key: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="make a key: FILE, which you keep, and FILE.pub, which you give out"),
    ] = None,
) -> None:
    """Sign a run, so that whoever has your public key sees every later edit; nothing of the run changes.

    Examples: `yurai sign --new-key me.key`, `yurai sign OUT --key me.key`, `yurai verify OUT --key me.key.pub`.
    """
    from yurai_manifests.signing import keys, statement

    if new_key is not None:
        made = keys.new_key(Path(new_key))
        say(f"key {made.id}: {new_key} signs, keep it; {new_key}.pub verifies, give it out")
        key = key or new_key
    if out is None:
        if new_key is None:
            raise typer.BadParameter("give OUT with --key FILE, or --new-key FILE")
        return
    if key is None:
        raise typer.BadParameter("give --key FILE; `yurai sign --new-key FILE` makes one")
    signed = statement.sign_tree(open_store(out), keys.load_secret(Path(key)))
    say(f"signed by {signed.key.id}: run.json {signed.run_sha256}")
    say(f"Merkle root {signed.root}")
    say(f"{out}/{statement.FOLDER}/{signed.key.id}.json")


def verify(
    target: Annotated[str, typer.Argument(metavar="OUT|PROOF", help="output tree, or file that `yurai prove` wrote")],
    key: Annotated[str | None, typer.Option(metavar="PUBLIC", help="public key that must have signed it")] = None,
    root: Annotated[
        str | None, typer.Option(metavar="HEX", help="Merkle root that you trust; for a proof that nobody signed")
    ] = None,
    text_file: Annotated[
        str | None, typer.Option(metavar="FILE", help="text that a claim of the proof must be about")
    ] = None,
    rows: Annotated[
        bool, typer.Option("--rows/--no-rows", help="of a tree: hold every row against the Merkle roots too")
    ] = True,
) -> None:
    """Verify a tree or a proof, offline; exit 1 and name what is wrong if anything is.

    Examples: `yurai verify OUT`, `yurai verify OUT --key them.pub`, `yurai verify proof.json --key them.pub`.
    """
    from yurai_manifests.signing.keys import load_public

    pinned = None if key is None else load_public(Path(key))
    if Path(target).is_file():
        ok = _verify_proof(Path(target), pinned, root, text_file)
    elif root is not None or text_file is not None:
        raise typer.BadParameter("--root and --text-file go with a proof, and this is no file")
    else:
        ok = _verify_tree(target, pinned, rows=rows)
    raise typer.Exit(0 if ok else 1)


def _verify_tree(out: str, pinned: "PublicKey | None", *, rows: bool) -> bool:
    from yurai_manifests.verify.outside import OUTSIDE
    from yurai_manifests.verify.tree import verify_tree

    found = verify_tree(open_store(out), pinned, rows=rows)
    for finding in found.findings:
        _say(finding)
    for signed in found.signers:
        _say_signer(signed, pinned)
    say("not verified: " + ", ".join(f"{name} ({why})" for name, why in OUTSIDE.items()))
    whole = "verified" if found.signers else "whole, but unsigned"
    say((whole if found.ok else "NOT AS IT WAS PUBLISHED", "bold"))
    return found.ok


def _say(finding: "Finding") -> None:
    sentence = f" {finding.check}: {finding.where}: {finding.message}. {finding.do}"
    say((finding.severity, SEVERITIES[finding.severity]), sentence)


def _say_signer(signed: "Signed", pinned: "PublicKey | None") -> None:
    words = "" if pinned else "; whose key that is you must know from elsewhere: --key PUBLIC holds it to one"
    say(f"signed by {signed.key.id} at {signed.signed_at} by the signer's clock{words}")


def _verify_proof(path: Path, pinned: "PublicKey | None", root: str | None, text_file: str | None) -> bool:
    from yurai_manifests.merkle.proof import check_proof, parse_proof

    try:
        proof = parse_proof(path.read_bytes())
        check_proof(proof)
        _hold_text(proof, text_file)
        _trust(proof, pinned, root)
    except AuditError as error:
        tell(f"error proof: {path}: {error}")
        return False
    for claim in proof["claims"]:
        what = claim["value"] if claim["value"] is not None else f"text with key {claim['key']}"
        verb = "is in" if claim["claim"] == "contains" else "is not in"
        say(f"{claim['kind']} {what} {verb} {claim['within']}/")
    say((f"verified: {plural(len(proof['claims']), 'claim')}, run root {proof['root']}", "bold"))
    return True


def _hold_text(proof: "Proof", text_file: str | None) -> None:
    from yurai_manifests.merkle.proof import holds_text

    if text_file is not None and not holds_text(proof, _read(text_file)):
        raise AuditError(f"no claim of the proof is about the text of {text_file}")


def _trust(proof: "Proof", pinned: "PublicKey | None", root: str | None) -> None:
    """Hold the root of a proof against the signature in it, or against the root that is trusted."""
    from yurai_manifests.signing.statement import read_statement

    if root is not None and proof["root"] != root:
        raise AuditError(f"it is of the run root {proof['root']}, not of the one that was given")
    if proof["statement"] is None:
        if pinned is not None or root is None:
            raise AuditError(
                "nobody signed it, so anyone may have made it up; ask for a signed one, or give the run root that you "
                "trust as --root"
            )
        say("nobody signed this proof: it is as good as the root that you gave")
        return
    signed = read_statement(proof["statement"])
    if signed.root != proof["root"]:
        raise AuditError("its signature is of another run root")
    if pinned is not None and signed.key != pinned:
        raise AuditError(f"it is signed by {signed.key.id}, not by the key that was given, {pinned.id}")
    _say_signer(signed, pinned)


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
    from yurai_manifests.merkle.claims import prove as make

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
    from yurai_manifests.merkle.claims import Asked

    lines = [line.strip() for name in lists or () for line in _read(name).splitlines()]
    named = [*(values or ()), *(line for line in lines if line)]
    found = [Asked(claim, _kind(value), value, within) for value in named]
    return [*found, *(Asked(claim, "text", _read(name), within) for name in texts or ())]


def _kind(value: str) -> "KeyKind":
    """Tell a URL and a doc_id from a text."""
    if "://" in value and not set(value) & set(" \n\t"):
        return "url"
    return "doc_id" if len(value) == ID_LETTERS and not set(value) - set("0123456789abcdef") else "text"


def _read(name: str) -> str:
    try:
        return Path(name).read_text("utf-8")
    except UnicodeDecodeError as error:
        raise RecipeError(f"{name} is not UTF-8: {error}; convert it") from error


def _statement(out: str) -> "Json":
    """Return the envelope of the first signature of this very run; None, and say so, where there is none."""
    from yurai_manifests.signing.statement import statement_of

    envelope = statement_of(open_store(out))
    if envelope is None:
        tell(
            "nobody signed this run: who verifies the proof must know its root from elsewhere (--root); `yurai sign` it"
        )
    return envelope
