"""Define `yurai.open` and `Tree`: what a finished output tree answers."""

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from yurai.api.given import Where, place
from yurai.api.manifest import Manifest
from yurai.api.of_pairs import OfPairs
from yurai.api.of_training import OfTraining
from yurai.api.searched import Searched
from yurai_manifests.errors import RecipeError
from yurai_manifests.run import RunRecord, load_run
from yurai_manifests.store import Store, open_store

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.dataset as ds

    from yurai.report.changes import Compared
    from yurai.report.draw import Drawn
    from yurai.report.history import History
    from yurai.report.inquiry.answer import Answer, Listed
    from yurai.report.inquiry.scan import Form as Compare
    from yurai.report.readers.figures import Reader
    from yurai.report.readers.make import Form
    from yurai.report.readers.said import Language
    from yurai.report.readers.tiers import Tier
    from yurai.reproduce.release import Release
    from yurai_manifests.answers import Answers, Question
    from yurai_manifests.audit import Audit
    from yurai_manifests.canonical import Json
    from yurai_manifests.export import Compress, Export

DRAWN = 50
SHOWN = 20


class Tree(OfTraining, OfPairs, Searched):
    """A finished output tree, as its run.json was when it was opened.

    Rows come as `pyarrow.dataset.Dataset`: nothing is read before you ask, and rows are in input order. From there
    it is one call to a table (`to_table()`), pandas (`to_table().to_pandas()`), polars
    (`polars.scan_pyarrow_dataset(...)`) and DuckDB (`duckdb.sql("... from rows")`, where `rows` is a variable that
    holds it). Columns: docs/schema.md.
    """

    def __init__(self, store: Store, run: RunRecord) -> None:
        self._store = store
        self._run = run

    def __repr__(self) -> str:
        totals = self.manifest.totals
        return f"<yurai.Tree {self.url!r}: {totals.kept:,} of {totals.candidates:,} candidates kept>"

    @property
    def url(self) -> str:
        """Where the tree lives; shown without the secrets that a URL may hold."""
        return self._store.url

    @property
    def documents(self) -> "ds.Dataset":
        """The corpus: documents that the last stage kept."""
        return self.rows("documents")

    @property
    def extracted(self) -> "ds.Dataset":
        """Every page that has text, with its measures, also if a later stage dropped it."""
        return self.rows("extracted")

    @property
    def dropped(self) -> "ds.Dataset":
        """Every other candidate: outcome, stage, reason, and its place in the input."""
        return self.rows("dropped")

    @property
    def evidence(self) -> "ds.Dataset":
        """What pages say of licences and opt-outs, one row a mark, joined to documents by `doc_id`."""
        return self.rows("evidence")

    def rows(self, folder: str) -> "ds.Dataset":
        """Return the rows of any delivered folder: also `robots`, `warcinfo`, `index`, and of `shards` their index.

        Raises:
            RecipeError: the run delivered no such folder.
            ShardError: its first file is missing or damaged.
        """
        from yurai_manifests.dataset import dataset_of

        return dataset_of(self._store, self._run, folder)

    @property
    def manifest(self) -> Manifest:
        """What run.json says: recipe, totals, counts by stage and reason, delivered files."""
        return Manifest.of(self._run)

    @property
    def digest(self) -> str:
        """Content digest of the whole run, as `yurai digest` prints it."""
        return self._run.digest

    def audit(self, *, full: bool = False) -> "Audit":
        """Check that the tree adds up, row by row; publish it only if `.ok`. `.findings` say what, where, what to do.

        Contents are read where delivered files are 4 GiB or less together, or `full`.

        Raises:
            AuditError: run.json itself is damaged.
        """
        from yurai.run.recheck import means_of
        from yurai_manifests.audit import audit

        return audit(self._store, full=full, means=lambda run: means_of(self._store, run))

    def explain(self, page: str | None = None, *, token: str | None = None) -> "list[dict[str, Json]]":
        """Tell the life of a page (URL or doc_id), or of the one behind token N of a shard: `token="00000:1234"`.

        A life has the place in the input, the outcome, every decision with what it read, marks of licences, and the
        tokens that the page became. A URL that was captured often has several, in input order.

        Raises:
            RecipeError: no candidate, shard or token is called so.
        """
        from yurai.report.explain import explain_in, explain_token_in

        if (page is None) == (token is None):
            raise RecipeError('explain takes a URL or doc_id, or token="SHARD:N"')
        lookup = self._lookup()
        return [explain_token_in(lookup, token)] if token is not None else explain_in(lookup, page or "")

    def inquire(
        self,
        url: str | None = None,
        *,
        domain: str | None = None,
        text: str | None = None,
        contains: str | None = None,
        compare: "Compare" = "spaces",
        first: int = SHOWN,
        each: "Callable[[Listed], None] | None" = None,
        case_keys: Mapping[str, bytes] | None = None,
    ) -> "Answer":
        """Answer whether a work is in the corpus, and where: by URL (or doc_id), domain, text or quotation.

        A URL costs some kilobytes; for the others every row is read, and `.scanned` says so. `compare` is how texts are
        held against each other; `first` is how many candidates are told of; `each` gets every candidate of a domain.
        `case_keys` are keys of takedowns, by case: without its key, a case can be asked about a doc_id alone.

        Raises:
            RecipeError: not one of the four was given, or it is empty.
            AuditError, ShardError: the tree is damaged.
        """
        from yurai.report.inquiry import ask

        if [url, domain, text, contains].count(None) != 3:  # noqa: PLR2004 - all but one
            raise RecipeError("inquire takes one of url, domain, text and contains")
        lookup = self._lookup()
        if url is not None:
            answer = ask.about_url(lookup, url, first)
        elif domain is not None:
            answer = ask.about_domain(lookup, domain, first, each)
        elif text is not None:
            answer = ask.about_text(lookup, text, compare, first)
        else:
            answer = ask.about_quote(lookup, contains or "", compare, first)
        return ask.with_takedowns(lookup, answer, text, case_keys or {})

    def history(self, url: str, *others: Where, diff: bool = False) -> "History":
        """Return every capture of a URL in this tree and in others, oldest first, with what changed between them.

        Some kilobytes of each tree are read. URLs that differ in scheme, `www.` or a final slash are told too, as such.
        `diff` adds the lines that changed, redacted.

        Raises:
            RecipeError: another one is no finished tree.
            AuditError, ShardError: a tree is damaged.
        """
        from yurai.report.history import history
        from yurai_manifests.lookup.lookup import Lookup

        stores = [open_store(place(other, "others")) for other in others]
        lookups = [self._lookup(), *(Lookup(store, load_run(store)) for store in stores)]
        return history(lookups, url, diff=diff)

    def sign_answer(self, answer: "Answer", key: Where, text: str | None = None) -> bytes:
        """Return an answer with proofs by the Merkle roots, signed by a secret key as `yurai sign` makes them.

        `text` is the text that was asked about, which the answer does not hold. `yurai verify` takes the bytes as a
        file. The keys of all documents are read for the proofs.

        Raises:
            RecipeError: the key cannot be used. AuditError: the rows are not those of the roots.
        """
        from pathlib import Path

        from yurai.report.inquiry.signed import sign_answer
        from yurai_manifests.signing.keys import load_secret

        return sign_answer(self._lookup(), answer, load_secret(Path(key)), text)

    def sample(self, dropped_by: str | None = None, *, count: int = DRAWN, seed: int = 0) -> "list[Drawn]":
        """Draw `count` pages at random, the same ones each time: kept ones, or those dropped by a reason or stage.

        `dropped_by` may be the beginning of a reason: `gopher-quality`. Excerpts are redacted.

        Raises:
            RecipeError: nothing was dropped by it; the message names what there is.
        """
        from yurai.report.draw import draw

        if count < 1 or seed < 0:
            raise RecipeError(f"sample takes a count from 1 and a seed from 0, not {count} and {seed}")
        return draw(self._store, dropped_by, count, seed)

    def query(
        self,
        name: str | None = None,
        params: Mapping[str, object] | None = None,
        *,
        sql: str | None = None,
        against: Where | None = None,
    ) -> "pa.Table":
        """Answer a named query (`yurai query --list` names them), or one SELECT over the tables that it names.

        `params` are values of `$name` in it; tables of the tree `against` begin with `other_`. The whole answer is
        returned; memory beside it is bounded.

        Raises:
            RecipeError: no query is called so, a parameter is missing or wrong, or it is no SELECT that DuckDB takes.
            ShardError: a file of the tree cannot be read.
        """
        from yurai.report.query import ask, ask_named

        if (name is None) == (sql is None):
            raise RecipeError("query takes a name, or sql=...")
        given = {key: str(value) for key, value in (params or {}).items()}
        other = None if against is None else open_store(place(against, "against"))
        if name is not None:
            with ask_named(self._store, name, given, other) as answer:
                return answer.table()
        with ask(self._store, sql or "", given, other) as answer:
            return answer.table()

    def diff(self, newer: Where) -> "Compared":
        """Compare this run with a newer one: what each was made by, inputs, documents by what caused their change.

        Raises:
            RecipeError: `newer` is no finished tree.
            ShardError, AuditError: a file of one of the two is missing or damaged.
        """
        from yurai.report.changes import compare

        return compare(self._store, open_store(place(newer, "newer")))

    def page(self, audit: "Audit | None" = None, *, language: "Language" = "en") -> str:
        """Return the report as one HTML page, with charts; a notebook shows it with `IPython.display.HTML`.

        Raises:
            RecipeError: `language` is neither en nor ja.
            ShardError: a file of a tree that adds up cannot be read.
        """
        from yurai.report.readers.make import refuse_other
        from yurai.report.readers.said import LANGUAGES
        from yurai.report.write import make_page

        refuse_other("language", language, LANGUAGES)
        return make_page(self._store, audit or self.audit(), language)

    def report(
        self,
        reader: "Reader",
        *,
        form: "Form" = "html",
        tier: "Tier" = "public",
        language: "Language" = "en",
        audit: "Audit | None" = None,
        pii_marks: Where | None = None,
        earlier: Where | None = None,
    ) -> str:
        """Return the report for a lawyer, an auditor or an engineer: one page as html or md, or its figures as json.

        `tier` says what leaves the house: public no URL, title, text or file name, auditor some, internal all.
        `pii_marks` is a file that `yurai pii audit` wrote and people marked; `earlier` an output tree to compare with.

        Raises:
            RecipeError: one of these is no such file or tree, or a word is none of those above.
            ShardError: a delivered file is missing or damaged.
        """
        from yurai.report.pii_audit import read_file
        from yurai.report.readers.make import drawn, make, refuse_unknown

        refuse_unknown(reader, form, tier, language)
        made = make(
            self._store,
            audit or self.audit(),
            self.rows,
            reader,
            tier,
            marked=None if pii_marks is None else read_file(place(pii_marks, "pii_marks")),
            earlier=None if earlier is None else load_run(open_store(place(earlier, "earlier"))),
        )
        return drawn(made, form, language)

    def export(self, name: str, answers: "Where | Mapping[str, object] | None" = None) -> Iterator[str]:
        """Yield what another tool or office asks about the run, a part at a time: `yurai list exports` names them.

        `answers` are what people know and no manifest can, as a TOML file or {key: answer}; `export_questions` names
        what an export asks.

        Raises:
            RecipeError: no export is called so, an answer is none that it asks for, or one is missing that its standard
                cannot do without.
        """
        made = _export(name)
        return made.parts(self._store, self._run, _checked(made, answers))

    def export_questions(self, name: str, answers: "Where | Mapping[str, object] | None" = None) -> "list[Question]":
        """Return what an export asks people and `answers` do not say; errors as `export`, but for missing ones."""
        from yurai_manifests.answers import open_questions

        made = _export(name)
        return open_questions(made.asks, _checked(made, answers))

    def exports_folder(self, name: str) -> bool:
        """Tell whether an export writes a folder of files; raises RecipeError where none is called so."""
        return _export(name).folder is not None

    def export_folder(self, name: str, folder: Where, compress: "Compress" = "zst") -> Iterator[str]:
        """Write an export as files into `folder`, and yield a line about each when it is written.

        Raises:
            RecipeError: no export is called so, it writes no folder, or the folder holds other files.
            AuditError: a file of the tree was changed after the run.
        """
        writer = _export(name).folder
        if writer is None:
            raise RecipeError(f"export {name} is one text and writes no folder; name a file as --output")
        return writer(self._store, self._run, open_store(place(folder, "folder")), compress)

    def release(self, output: Where, *, policy: str | None = None) -> "Release":
        """Write what of the tree may be given to others into the empty folder `output`, and say what that is.

        `policy` is the rights policy that all verdicts have to be by: a shipped one, or path of a TOML file.

        Raises:
            RecipeError: `output` holds something, or documents were judged by another policy, or the policy is wrong.
            AuditError: a file of the tree was changed after the run.
        """
        from yurai.api.places import checked_output
        from yurai.reproduce.release import release
        from yurai.rights import load_policy

        folder = open_store(checked_output(place(output, "output"), [self._store.url]))
        return release(self._store, folder, policy=load_policy(policy).id if policy is not None else None)


def _checked(made: "Export", answers: "Where | Mapping[str, object] | None") -> "Answers":
    from yurai_manifests.answers import checked_answers, read_answers

    if isinstance(answers, Mapping) or answers is None:
        return checked_answers(answers or {}, made.asks, "answers")
    return read_answers(place(answers, "answers"), made.asks)


def _export(name: str) -> "Export":
    import yurai_manifests.exports  # noqa: F401 - importing declares them
    from yurai_manifests.export import EXPORTS

    if name not in EXPORTS:
        raise RecipeError(f"no export is called {name!r} (there are: {', '.join(sorted(EXPORTS))})")
    return EXPORTS[name]


def open(out: Where) -> Tree:  # noqa: A001 - `yurai.open`
    """Open a finished output tree: a folder, or anything fsspec reaches.

    Raises:
        RecipeError: it is none, or its run has not ended.
        AuditError: its run.json is damaged.
    """
    store = open_store(place(out, "out"))
    return Tree(store, load_run(store))
