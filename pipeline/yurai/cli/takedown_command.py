"""Define `yurai takedown`, which takes documents and their copies out of a finished tree."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from yurai.cli.options import Format, Quiet, Tree, Workers
from yurai_manifests.errors import RecipeError
from yurai_manifests.takedown.modes import Mode

if TYPE_CHECKING:
    from yurai.run.takedown.decide import Order
    from yurai.run.takedown.driver import Done
    from yurai.run.takedown.plan import Document, Plan
    from yurai.run.takedown.selectors import Selector
    from yurai_manifests.canonical import Json
    from yurai_manifests.run import RunRecord
    from yurai_manifests.signing.keys import SecretKey
    from yurai_manifests.takedown.keyed import Kind

Many = list[str] | None
Signing = tuple[Path, "SecretKey"]
SHOWN = 20


def takedown(
    out: Tree,
    case: Annotated[str, typer.Option(metavar="ID", help="id of the case, which names its tombstone")],
    basis: Annotated[str, typer.Option(metavar="WHY", help="copyright, gdpr-17, contract, policy, csam ...")],
    url: Annotated[Many, typer.Option(metavar="URL", help="a page; may be repeated, as all that follow")] = None,
    surt: Annotated[Many, typer.Option(metavar="PREFIX", help="all URLs below it: 'org,example)/blog/'")] = None,
    domain: Annotated[Many, typer.Option(metavar="HOST", help="a host and all below it")] = None,
    sha256: Annotated[Many, typer.Option(metavar="HEX", help="sha256 of a text, or of a body as served")] = None,
    doc_id: Annotated[Many, typer.Option(metavar="ID", help="a document")] = None,
    text_file: Annotated[Many, typer.Option(metavar="FILE", help="a whole text, with its copies")] = None,
    contains: Annotated[Many, typer.Option(metavar="QUOTE", help="documents with these very words in them")] = None,
    near: Annotated[float, typer.Option(help="Jaccard similarity from which a text is a copy")] = 0.7,
    case_key: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="key of the case, made if it is not there; keep it outside of the tree"),
    ] = None,
    blocklist: Annotated[
        str | None,
        typer.Option(metavar="FOLDER", help="write here what later runs know it by: yurai run --blocklist FOLDER"),
    ] = None,
    proof: Annotated[
        str | None, typer.Option(metavar="FILE", help="write a signed proof of the case; with --key")
    ] = None,
    key: Annotated[str | None, typer.Option(metavar="FILE", help="secret key that signs the proof: yurai sign")] = None,
    mode: Annotated[
        Mode,
        typer.Option(help="tokens of others move up, or stay where they are behind end-of-document ids"),
    ] = "compact",
    received: Annotated[str | None, typer.Option(metavar="DAY", help="when the request came in: 2026-11-28")] = None,
    decided: Annotated[str | None, typer.Option(metavar="DAY", help="when it was decided")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="say what would go, and change nothing")] = False,
    format: Format = "text",  # noqa: A002 - the option's name
    workers: Workers = None,
    quiet: Quiet = False,
) -> None:
    """Take documents and their copies out of a finished tree, for good; what was done is in tombstones/.

    Examples: `yurai takedown OUT --url https://e.example/page --case 2026-7 --basis copyright --dry-run`, then the
    same with `--case-key FILE` in the place of `--dry-run`.
    """
    from yurai.run.takedown.decide import Order, planned
    from yurai_manifests.run import load_run
    from yurai_manifests.store import open_store

    named: dict[str, Many] = {"url": url, "surt": surt, "domain": domain, "sha256": sha256, "doc_id": doc_id}
    chosen = _selectors(named | {"text": text_file, "contains": contains})
    if dry_run:
        order, store = Order(case, basis, chosen, b"", near, received, decided, mode), open_store(out)
        run = load_run(store)
        _say_plan(order, planned(store, run, order), run, as_json=format == "json")
        return
    if case_key is None:
        raise typer.BadParameter("give --case-key FILE, the key of the case, or --dry-run to see what would go")
    _refuse_places(out, {"--case-key": case_key, "--blocklist": blocklist, "--proof": proof})
    signing = _signing(proof, key)
    order = Order(case, basis, chosen, _key(Path(case_key)), near, received, decided, mode)
    _take_down(out, order, blocklist, signing, workers, quiet=quiet, as_json=format == "json")


def _selectors(named: dict[str, Many]) -> "tuple[Selector, ...]":
    from yurai.cli.text_file import read_text
    from yurai.run.takedown.selectors import selector

    return tuple(
        selector(cast("Kind", kind), read_text(value) if kind == "text" else value)
        for kind, values in named.items()
        for value in values or ()
    )


def _refuse_inside(out: str, option: str, path: str) -> None:
    """The key opens what the tombstone keeps shut, so who has the tree must not have it; nor a list of what went."""
    if "://" not in out and Path(path).resolve().is_relative_to(Path(out).resolve()):
        raise RecipeError(f"{option} {path} is inside of the tree; name a place outside of it, which you keep")


def _refuse_places(out: str, given: dict[str, str | None]) -> None:
    for option, path in given.items():
        if path is not None:
            _refuse_inside(out, option, path)


def _key(path: Path) -> bytes:
    from yurai_manifests.takedown.keyed import load_case_key, new_case_key

    return load_case_key(path) if path.exists() else new_case_key(path)


def _signing(proof: str | None, key: str | None) -> "Signing | None":
    """Return the file of the proof and the key that signs it, which is read before anything changes."""
    from yurai_manifests.signing.keys import load_secret

    if (proof is None) != (key is None):
        raise typer.BadParameter("--proof FILE and --key FILE go together")
    return None if proof is None or key is None else (Path(proof), load_secret(Path(key)))


def _is_done(out: str, case: str) -> bool:
    """Tell whether the case was taken down and has ended: its proof may be left to sign, by a call that was killed."""
    from yurai_manifests.run import RUN, load_run
    from yurai_manifests.store import open_store
    from yurai_manifests.takedown.pending import load_pending
    from yurai_manifests.takedown.tombstones import FIELD

    store = open_store(out)
    if store.size(RUN) is None or load_pending(store) is not None:
        return False
    return any(entry["case"] == case for entry in load_run(store).value.get(FIELD, []))


def _is_signed(path: Path) -> bool:
    from yurai_manifests.takedown.case_file import is_case

    return path.is_file() and is_case(path.read_bytes())


def _sign(out: str, case: str, signing: "Signing", *, quiet: bool) -> None:
    from yurai.run.takedown.case_proof import finish
    from yurai.terminal import say
    from yurai_manifests.store import open_store

    finish(open_store(out), signing[0], case, signing[1])
    if not quiet:
        say(f"signed proof of the case: {signing[0]}; who gets it checks it alone:  yurai verify {signing[0]}")


def _take_down(
    out: str,
    order: "Order",
    blocklist: str | None,
    signing: "Signing | None",
    workers: int | None,
    *,
    quiet: bool,
    as_json: bool,
) -> None:
    from yurai.api.runners import open_runner
    from yurai.cli.ending import reporter
    from yurai.report.write import end_run
    from yurai.run.takedown.driver import take_down

    if signing and _is_done(out, order.case) and not _is_signed(signing[0]):
        _sign(out, order.case, signing, quiet=quiet or as_json)
        return
    told = reporter(quiet=quiet or as_json, verbose=False)
    with open_runner("local", workers, "local") as runner:
        folder, proof = Path(blocklist) if blocklist else None, signing[0] if signing else None
        done = take_down(out, order, runner, told, blocklist=folder, proof=proof)
        audit = end_run(out, runner, told, report=done.report)
    if not quiet:
        _say_done(done, out, blocklist, as_json=as_json)
    if signing:
        _sign(out, order.case, signing, quiet=quiet or as_json)
    wrong = [finding for finding in audit.findings if finding.severity == "error"]
    if wrong:
        raise RecipeError(
            f"{out}: documents were taken down, and the tree does not add up: {wrong[0].where}: {wrong[0].message}; "
            "`yurai audit` it"
        )


def _say_plan(order: "Order", plan: "Plan", run: "RunRecord", *, as_json: bool) -> None:
    from yurai.report.safe_text import shown_url
    from yurai.terminal import put_json, say
    from yurai_manifests.words import plural

    totals = run.value["totals"]
    share = f"{plan.tokens / totals['tokens']:.4%} of {totals['tokens']:,}" if totals["tokens"] else "no tokens"
    if as_json:
        put_json(json.dumps(_plan_json(plan, totals["tokens"]), ensure_ascii=False, indent=2))
        return
    say(f"{plural(len(plan.documents), 'document')}: " + ", ".join(f"{n:,} {v}" for v, n in plan.by_verdict().items()))
    ranked = sorted(plan.documents.values(), key=lambda one: (list(plan.by_verdict()).index(one.verdict), one.doc_id))
    for one in ranked[:SHOWN]:
        about = "" if order.basis == "csam" else f"  {shown_url(one.url or '')}"
        say(f"  {one.verdict:<9}{one.similar:.2f}  {one.was:<8}{one.doc_id}{about}")
    if len(ranked) > SHOWN:
        say(f"  and {len(ranked) - SHOWN:,} more: --format json names all")
    say("rows: " + ", ".join(f"{count:,} of {folder}" for folder, count in plan.counted.items()))
    say(f"tokens: {plan.tokens:,}, {share}")
    say(f"files written again: {', '.join(sorted({*plan.rows, *plan.pointing}))}")
    say("nothing was changed")


def _plan_json(plan: "Plan", tokens: int) -> "dict[str, Json]":
    return {
        "documents": [_document_json(plan.documents[name]) for name in sorted(plan.documents)],
        "verdicts": {str(verdict): count for verdict, count in plan.by_verdict().items()},
        "rows": dict(plan.counted),
        "tokens": plan.tokens,
        "tokens_of_run": tokens,
        "files": sorted({*plan.rows, *plan.pointing}),
    }


def _document_json(one: "Document") -> "dict[str, Json]":
    return {
        "doc_id": one.doc_id,
        "verdict": one.verdict,
        "similar": round(one.similar, 4),
        "was": one.was,
        "stage": one.stage,
        "reason": one.reason,
    }


def _say_done(done: "Done", out: str, blocklist: str | None, *, as_json: bool) -> None:
    from yurai.terminal import put_json, say
    from yurai_manifests.words import plural

    if as_json:
        put_json(json.dumps(done.tombstone, ensure_ascii=False, indent=2))
        return
    stone = done.tombstone
    say(f"{plural(len(stone['documents']), 'document')} taken down, {stone['tokens']:,} tokens")
    if gaps := stone.get("gaps"):
        say(f"no other token moved: id {gaps[0]['filler']} is in their places; orders made before read on")
    say(f"{plural(len(stone['files']), 'file')} written again; run root {stone['before']['root'][:16]} -> "
        f"{stone['after']['root'][:16]}")  # fmt: skip
    say(f"tombstone {out}/{done.name}; whoever holds the key of the case can ask it for a URL or a text")
    if blocklist:
        say(f"blocklist {blocklist}; later runs leave out what it knows:  yurai run ... --blocklist {blocklist}")
    if done.index:
        say("the index of the texts is gone, as it held them; make it again:  yurai index OUT")
    say("signatures of the run as it was are gone; next:  yurai verify OUT    yurai sign OUT --key FILE")
