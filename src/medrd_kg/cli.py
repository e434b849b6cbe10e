"""The command ``medrd-kg``: a thin face over the library.

Exit codes: 0 done, 1 the data or query is at fault (one line says where), 2 usage or settings,
3 our fault.
"""

import inspect
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.exceptions import TyperException

from medrd_kg import __version__
from medrd_kg.commands.export import ExportFormat
from medrd_kg.commands.query import AnswerFormat
from medrd_kg.commands.release_formats import DiffFormat, ListFormat
from medrd_kg.commands.search_format import SearchFormat
from medrd_kg.commands.tag import Language, TagFormat
from medrd_kg.problems import Problem
from medrd_kg.settings import ENVIRONMENT_PREFIX, Settings
from medrd_kg.sources.documents.decisions import State
from medrd_kg.sources.rdf_files.formats import RdfFormatName
from medrd_kg.sources.review_sheets.selection import Selection
from medrd_kg.store.base import Store

__all__ = ["app", "main"]

EXIT_USAGE = 2
EXIT_OURS = 3

app = typer.Typer(
    name="medrd-kg",
    help="Japan's medical R&D policy and its money as one graph that answers.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
import_app = typer.Typer(help="Read a source into Turtle that a build takes up.")
app.add_typer(import_app, name="import")
review_app = typer.Typer(help="Judge what was proposed from imported documents.")
app.add_typer(review_app, name="review")

_logger = logging.getLogger(__name__)


def _with_settings(*names: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command one flag for each named setting, from the settings table.

    The command receives the validated settings as its keyword argument ``settings``.
    """

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        def run(**arguments: Any) -> None:  # noqa: ANN401 - typer passes what it parsed
            flags = {name: arguments.pop(name) for name in names}
            command(settings=Settings.load(**flags), **arguments)

        own = [
            each
            for each in inspect.signature(command).parameters.values()
            if each.name != "settings"
        ]
        run.__name__, run.__doc__ = command.__name__, command.__doc__
        run.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
            [*own, *(_flag(name) for name in names)]
        )
        return run

    return decorate


def _flag(name: str) -> inspect.Parameter:
    field = Settings.model_fields[name]
    plain = {bool, int, float, Path}
    kind: Any = field.annotation if field.annotation in plain else str
    declaration = f"--{name.replace('_', '-')}"
    option = typer.Option(
        *([f"{declaration}/--no-{name.replace('_', '-')}"] if kind is bool else [declaration]),
        help=f"{field.description} [env: {ENVIRONMENT_PREFIX}{name.upper()}]",
        show_default=False,
    )
    return inspect.Parameter(
        name,
        inspect.Parameter.KEYWORD_ONLY,
        default=None,
        annotation=Annotated[kind | None, option],
    )


@app.callback(invoke_without_command=True)
def _root(
    context: typer.Context,
    *,
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False,
) -> None:
    if version:
        typer.echo(f"medrd-kg {__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help(), err=True)
        raise typer.Exit(EXIT_USAGE)


@app.command()
@_with_settings(*Settings.model_fields)
def serve(
    *,
    empty: Annotated[
        bool,
        typer.Option("--empty", help="Serve an empty, writable dataset without shapes instead."),
    ] = False,
    settings: Settings,
) -> None:
    """Serve SPARQL, REST and dereferencing; build the shipped content first if needed."""
    from medrd_kg.web.server import run_server

    run_server(settings, empty=empty)


@app.command()
@_with_settings("data_dir", "releases_keep", "releases_max_mb")
def build(
    *,
    force: Annotated[
        bool, typer.Option("--force", help="Build even if the current release has this content.")
    ] = False,
    with_edits: Annotated[
        bool, typer.Option("--with-edits", help="Fold the accepted edits into the release.")
    ] = False,
    refuse_drops: Annotated[
        bool,
        typer.Option("--refuse-drops", help="Publish nothing when numbers fell suspiciously."),
    ] = False,
    settings: Settings,
) -> None:
    """Validate, reason and publish a release of the shipped and imported content."""
    from medrd_kg.build.folding import fold_edits
    from medrd_kg.build.pipeline import build_release, ensure_release

    if with_edits:
        fold_edits(settings.data_dir)
    make = build_release if force else partial(ensure_release, ends_hold=True)
    manifest = make(
        settings.data_dir,
        keep=settings.releases_keep,
        max_mb=settings.releases_max_mb,
        refuse_drops=refuse_drops,
    )
    typer.echo(f"release {manifest.version}: {manifest.triples} triples")


@import_app.command("review-sheets")
@_with_settings("data_dir")
def import_review_sheets(
    paths: Annotated[
        list[Path], typer.Argument(help="Files of JSON lines (.ndjson, .ndjson.zst) or folders.")
    ],
    *,
    selection: Annotated[
        Selection, typer.Option(help="Medical R&D only, or every sheet.")
    ] = Selection.MEDICAL,
    out: Annotated[
        Path | None,
        typer.Option(help="Folder for the Turtle files; default: the data folder's imports."),
    ] = None,
    report: Annotated[Path | None, typer.Option(help="File for all findings.")] = None,
    anew: Annotated[
        bool, typer.Option("--anew", help="Forget the files of earlier imports.")
    ] = False,
    settings: Settings,
) -> None:
    """Read administrative programme review sheets; the next build takes them up."""
    from medrd_kg.commands.review_sheets import run_import

    run_import(
        paths,
        selection=selection,
        out=out,
        report_file=report,
        data_dir=settings.data_dir,
        anew=anew,
    )


@import_app.command("table")
@_with_settings("data_dir")
def import_table(
    file: Annotated[
        Path | None, typer.Argument(help="CSV, or a spreadsheet (.xlsx, .xlsb, .xls, .ods).")
    ] = None,
    *,
    mapping: Annotated[
        Path | None, typer.Option(help="What becomes of the columns: CSVW metadata (JSON).")
    ] = None,
    name: Annotated[str | None, typer.Option(help="Name of the import; default: the file's.")] = (
        None
    ),
    encoding: Annotated[
        str | None, typer.Option(help="Encoding of a CSV file; default: UTF-8, else CP932.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be added; write nothing.")
    ] = False,
    skip_bad_rows: Annotated[
        bool, typer.Option("--skip-bad-rows", help="Import the rows that are right.")
    ] = False,
    validate: Annotated[
        bool, typer.Option(help="Hold what is imported against the SHACL shapes.")
    ] = True,
    report: Annotated[Path | None, typer.Option(help="File for all faults.")] = None,
    example: Annotated[
        bool, typer.Option("--example", help="Print an example of a mapping and exit.")
    ] = False,
    settings: Settings,
) -> None:
    """Read a table by a mapping into a graph of its own; the next build takes it up."""
    from medrd_kg.commands.table import print_example, run_import

    if example:
        print_example()
        return
    if file is None or mapping is None:
        raise Problem("usage", "give a table and its --mapping", "--example prints a mapping")
    run_import(
        file,
        mapping,
        name=name,
        encoding=encoding,
        dry_run=dry_run,
        skip_bad_rows=skip_bad_rows,
        validate=validate,
        report=report,
        data_dir=settings.data_dir,
    )


@import_app.command("rdf")
@_with_settings("data_dir")
def import_rdf(
    files: Annotated[
        list[Path], typer.Argument(help="RDF files of any format; .gz and .zst accepted.")
    ],
    *,
    graph: Annotated[
        str | None, typer.Option(help="IRI of the graph of what names none; default: the file's.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="Name of the import; default: the file's.")] = (
        None
    ),
    rdf_format: Annotated[
        RdfFormatName | None, typer.Option("--format", help="Format; default: by the suffix.")
    ] = None,
    base: Annotated[str | None, typer.Option(help="Base of relative IRIs.")] = None,
    max_unpacked_mb: Annotated[
        int, typer.Option(min=1, help="Megabytes that a compressed file may unpack to.")
    ] = 20_000,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be added; write nothing.")
    ] = False,
    validate: Annotated[
        bool, typer.Option(help="Hold what is imported against the SHACL shapes.")
    ] = True,
    names_reviewed: Annotated[
        bool, typer.Option("--names-reviewed", help="No name is that of a private person.")
    ] = False,
    settings: Settings,
) -> None:
    """Read RDF files and keep their named graphs; the next build takes them up."""
    from medrd_kg.commands.rdf import run_import

    run_import(
        files,
        graph=graph,
        name=name,
        rdf_format=rdf_format,
        base=base,
        max_unpacked_mb=max_unpacked_mb,
        dry_run=dry_run,
        validate=validate,
        names_reviewed=names_reviewed,
        data_dir=settings.data_dir,
    )


@app.command()
@_with_settings("data_dir")
def imports(
    *,
    remove: Annotated[
        str | None, typer.Option(help="Remove the import of this name, as the list has it.")
    ] = None,
    settings: Settings,
) -> None:
    """List what was imported, or remove one import; the next build leaves it out."""
    from medrd_kg.commands.imports import list_imports
    from medrd_kg.commands.imports import remove as remove_import

    if remove is None:
        list_imports(settings.data_dir)
    else:
        remove_import(settings.data_dir, remove)


@import_app.command("document")
@_with_settings("data_dir")
def import_document(
    file: Annotated[
        Path, typer.Argument(help="Policy as PDF with a text layer, text, or units in JSON.")
    ],
    *,
    slug: Annotated[
        str | None, typer.Option(help="Name in the graph; default: from its title or file name.")
    ] = None,
    fiscal_year: Annotated[
        int | None, typer.Option(help="Fiscal year that it governs; default: from its title.")
    ] = None,
    decided_by: Annotated[
        str | None,
        typer.Option(help="Slug of the organisation that decided it; default: from its title."),
    ] = None,
    settings: Settings,
) -> None:
    """Read a policy document of any year: units, texts, and proposals for `review`."""
    from medrd_kg.commands.document import run_import
    from medrd_kg.sources.documents.identity import Given

    run_import(file, Given(slug, fiscal_year, decided_by), settings.data_dir)


_Document = Annotated[str, typer.Argument(help="Slug of an imported document.")]
_By = Annotated[
    str, typer.Option("--by", help="Your role or handle, which is published; not your name.")
]


@review_app.command("list")
@_with_settings("data_dir")
def review_list(
    document: Annotated[
        str | None, typer.Argument(help="Slug of an imported document; none lists them.")
    ] = None,
    *,
    state: Annotated[
        list[State] | None, typer.Option(help="Only these; default: open. Repeatable.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    settings: Settings,
) -> None:
    """List proposals with their words, places and states."""
    from medrd_kg.commands.review import list_proposals

    list_proposals(settings.data_dir, document, state or [], as_json=as_json)


@review_app.command("show")
@_with_settings("data_dir")
def review_show(
    document: _Document,
    unit: Annotated[str, typer.Argument(help="Number of the unit, such as S043.")],
    *,
    settings: Settings,
) -> None:
    """Show the text of a unit and what is proposed on it."""
    from medrd_kg.commands.review import show_unit

    show_unit(settings.data_dir, document, unit)


@review_app.command("accept")
@_with_settings("data_dir")
def review_accept(
    document: _Document,
    ids: Annotated[
        list[str] | None, typer.Argument(help="Facts, new terms, or units with all their facts.")
    ] = None,
    *,
    by: _By,
    concept: Annotated[
        str | None, typer.Option("--as", help="Slug of the concept that a new term stands for.")
    ] = None,
    from_file: Annotated[
        Path | None, typer.Option("--from", help="Turtle that you edited, instead of proposals.")
    ] = None,
    settings: Settings,
) -> None:
    """Accept proposals, or what you made of them; the next build takes them up."""
    from medrd_kg.commands.review import decide, take_edited

    if (from_file is None) == (not ids):
        raise Problem("usage", "give proposals, or a file with --from")
    if from_file is not None:
        take_edited(settings.data_dir, document, from_file, by)
    else:
        decide(settings.data_dir, document, ids or [], State.ACCEPTED, by=by, concept=concept)


@review_app.command("reject")
@_with_settings("data_dir")
def review_reject(
    document: _Document,
    ids: Annotated[
        list[str], typer.Argument(help="Facts, new terms, or units with all their facts.")
    ],
    *,
    by: _By,
    settings: Settings,
) -> None:
    """Reject proposals; they are not proposed again."""
    from medrd_kg.commands.review import decide

    decide(settings.data_dir, document, ids, State.REJECTED, by=by)


@review_app.command("export")
@_with_settings("data_dir")
def review_export(
    document: _Document,
    *,
    out: Annotated[Path | None, typer.Option(help="File; default: standard output.")] = None,
    settings: Settings,
) -> None:
    """Write the proposals in Turtle, to be edited and handed back with `accept --from`."""
    from medrd_kg.commands.review import export_proposals

    export_proposals(settings.data_dir, document, out)


@review_app.command("score")
@_with_settings("data_dir")
def review_score(document: _Document, *, settings: Settings) -> None:
    """Hold the proposals against what the graph states of the document already."""
    from medrd_kg.commands.review import score_document

    score_document(settings.data_dir, document)


@import_app.command("rs-csv")
@_with_settings("data_dir")
def import_rs_csv(
    paths: Annotated[
        list[Path], typer.Argument(help="Folders, .zip or .csv files of the RS system.")
    ],
    *,
    selection: Annotated[
        Selection, typer.Option(help="Medical R&D only, or every sheet.")
    ] = Selection.MEDICAL,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Count; write no Turtle.")] = False,
    report: Annotated[Path | None, typer.Option(help="File for all findings.")] = None,
    settings: Settings,
) -> None:
    """Read the official CSV files of the RS system; the next build takes them up."""
    from medrd_kg.commands.rs_csv import run_import

    run_import(
        paths,
        selection=selection,
        dry_run=dry_run,
        report_file=report,
        data_dir=settings.data_dir,
    )


@app.command()
@_with_settings("data_dir")
def releases(
    *,
    list_format: Annotated[
        ListFormat, typer.Option("--format", help="Form of the list.")
    ] = ListFormat.TEXT,
    settings: Settings,
) -> None:
    """List the kept releases: built when, how large, which is current, edits since."""
    from medrd_kg.commands.releases import list_releases

    list_releases(settings.data_dir, list_format)


@app.command()
@_with_settings("data_dir")
def diff(
    older: Annotated[str, typer.Argument(help="Version of a kept release, or current.")],
    newer: Annotated[str, typer.Argument(help="Another one.")] = "current",
    *,
    diff_format: Annotated[
        DiffFormat,
        typer.Option("--format", help="Totals and first changes, or RDF Patch with every quad."),
    ] = DiffFormat.TEXT,
    graph: Annotated[
        list[str] | None, typer.Option(help="Graph to compare, by IRI or name. Repeatable.")
    ] = None,
    of_class: Annotated[
        str | None, typer.Option("--class", help="Class of the entities shown, such as Programme.")
    ] = None,
    limit: Annotated[int, typer.Option(min=0, help="Entities shown in text and JSON.")] = 20,
    settings: Settings,
) -> None:
    """Tell what differs between two releases, by class, graph and entity."""
    from medrd_kg.commands.diff import run_diff

    run_diff(
        settings.data_dir,
        (older, newer),
        diff_format,
        sys.stdout.buffer,
        graphs=graph or [],
        of_class=of_class,
        most=limit,
    )


@app.command()
@_with_settings("data_dir")
def rollback(
    version: Annotated[
        str | None, typer.Argument(help="Version; none: the one before the current one.")
    ] = None,
    *,
    list_format: Annotated[
        ListFormat, typer.Option("--format", help="Form of what is told.")
    ] = ListFormat.TEXT,
    settings: Settings,
) -> None:
    """Make an earlier release current until the next build; nothing is removed."""
    from medrd_kg.commands.releases import run_rollback

    run_rollback(settings.data_dir, version, list_format)


@app.command()
@_with_settings("data_dir")
def backup(
    file: Annotated[Path, typer.Argument(help="Archive to write, such as backup.tar.zst.")],
    *,
    release: Annotated[
        str, typer.Option("--release", help="Version of the release to take.")
    ] = "current",
    settings: Settings,
) -> None:
    """Write a release, imports, texts and all edits into one archive with checksums."""
    from medrd_kg.commands.backup import run_backup

    run_backup(settings.data_dir, file, release)


@app.command()
@_with_settings("data_dir")
def restore(
    file: Annotated[Path, typer.Argument(help="Archive that `backup` wrote.")],
    *,
    replace: Annotated[
        bool, typer.Option("--replace", help="Move aside what the data folder holds.")
    ] = False,
    settings: Settings,
) -> None:
    """Verify a backup, then bring the data folder into its state."""
    from medrd_kg.commands.backup import run_restore

    run_restore(settings.data_dir, file, replace=replace)


@import_app.command("mof")
@_with_settings("data_dir")
def import_mof(
    paths: Annotated[
        list[Path], typer.Argument(help="Files of items (.json, .json.gz), one a year, or folders.")
    ],
    *,
    selection: Annotated[
        Selection, typer.Option(help="Items on medical programmes and institutes, or all.")
    ] = Selection.ALL,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Count; write no Turtle.")] = False,
    report: Annotated[Path | None, typer.Option(help="File for all findings.")] = None,
    settings: Settings,
) -> None:
    """Read budget and settlement items of the Ministry of Finance beside the sheets."""
    from medrd_kg.commands.mof import run_import

    run_import(
        paths,
        selection=selection,
        dry_run=dry_run,
        report_file=report,
        data_dir=settings.data_dir,
    )


@app.command()
def validate(
    files: Annotated[
        list[Path] | None, typer.Argument(help="RDF files; none: the shipped content.")
    ] = None,
) -> None:
    """Hold RDF files, or the shipped content, against the SHACL shapes."""
    from medrd_kg.commands.validation import validate as run

    run(files or [])


@app.command("verify-evidence")
@_with_settings("data_dir")
def verify_evidence(
    file: Annotated[
        Path, typer.Argument(help="The policy document: units in JSON, or the PDF or text.")
    ],
    *,
    document: Annotated[str, typer.Option(help="Slug of the document in the graph.")] = (
        "policy-fy2022"
    ),
    settings: Settings,
) -> None:
    """Check that each cited unit of your copy contains a label of what cites it."""
    from medrd_kg.commands.validation import check_evidence

    with _current_store(settings) as store:
        check_evidence(store, file, document)


@app.command()
@_with_settings("data_dir")
def query(
    text: Annotated[str | None, typer.Argument(help="SPARQL text; - reads standard input.")] = None,
    *,
    file: Annotated[Path | None, typer.Option(help="File with the query.")] = None,
    stored: Annotated[str | None, typer.Option(help="Name of a stored query.")] = None,
    param: Annotated[
        list[str] | None, typer.Option(help="NAME=VALUE for a stored query; repeatable.")
    ] = None,
    answer_format: Annotated[
        AnswerFormat | None, typer.Option("--format", help="Form of the answer.")
    ] = None,
    list_stored: Annotated[
        bool, typer.Option("--list", help="List the stored queries and exit.")
    ] = False,
    settings: Settings,
) -> None:
    """Ask the release of the present content, built first if missing, and print the answer."""
    from medrd_kg.commands.query import ask, list_stored_queries, read_query_text

    if list_stored:
        list_stored_queries()
        return
    question = read_query_text(text, file, stored, param or [])
    with _current_store(settings) as store:
        ask(store, question, answer_format, sys.stdout.buffer)


@app.command()
@_with_settings("data_dir")
def export(
    *,
    graph: Annotated[
        str | None, typer.Option(help="One graph, by IRI or name; default: all.")
    ] = None,
    export_format: Annotated[
        ExportFormat, typer.Option("--format", help="RDF format.")
    ] = ExportFormat.NQUADS,
    out: Annotated[Path | None, typer.Option(help="File; default: standard output.")] = None,
    settings: Settings,
) -> None:
    """Write the release of the present content, or one graph of it, as RDF."""
    from medrd_kg.commands.export import export as run

    with _current_store(settings) as store:
        run(store, graph, export_format, out or sys.stdout.buffer)


@app.command()
def tag(
    file: Annotated[
        str,
        typer.Argument(help="Plain text or JSON lines with name and text; - reads standard input."),
    ],
    *,
    tag_format: Annotated[
        TagFormat, typer.Option("--format", help="JSON lines, or a table of the places.")
    ] = TagFormat.JSONL,
    lang: Annotated[Language, typer.Option(help="Language of the labels in a table.")] = (
        Language.JA
    ),
) -> None:
    """Tell the concepts that a text names, and whether it is medical R&D."""
    from medrd_kg.commands.tag import read_given
    from medrd_kg.commands.tag import tag as run

    run(read_given(file), tag_format, lang, sys.stdout.buffer)


@app.command()
@_with_settings("data_dir")
def search(
    text: Annotated[str, typer.Argument(help="Words, in any spelling and either language.")],
    *,
    kinds: Annotated[
        list[str] | None, typer.Option("--type", help="Only things of this kind; repeatable.")
    ] = None,
    lang: Annotated[
        Language | None, typer.Option(help="Only names and texts of this language.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=100, help="Most things to show.")] = 20,
    search_format: Annotated[
        SearchFormat, typer.Option("--format", help="Table, JSON lines or CSV.")
    ] = SearchFormat.TABLE,
    settings: Settings,
) -> None:
    """Find things by their names, definitions and texts, the best first."""
    from medrd_kg.build.pipeline import ensure_release
    from medrd_kg.commands.search import find

    ensure_release(settings.data_dir)
    find(
        settings.data_dir,
        text,
        kinds=kinds or (),
        lang=lang,
        limit=limit,
        search_format=search_format,
        output=sys.stdout.buffer,
    )


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def bench(context: typer.Context) -> None:
    """Compare the server with its peers; options are those of `python -m benchmarks`."""
    from medrd_kg.commands.bench import bench as run

    raise typer.Exit(run(context.args))


@contextmanager
def _current_store(settings: Settings) -> Iterator[Store]:
    """Open the release of the present content, building it first where it is missing."""
    from medrd_kg.build.pipeline import ensure_release, open_current

    ensure_release(settings.data_dir)
    release = open_current(settings.data_dir)
    try:
        yield release.store
    finally:
        release.store.close()


def main() -> None:
    """Run the command line; every fault ends in one line and an exit code."""
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(message)s")
    try:
        code = app(standalone_mode=False)
    except Problem as problem:
        code = _fail(str(problem), problem.kind.exit_code)
    except typer.Exit as end:
        code = end.exit_code
    except (typer.Abort, KeyboardInterrupt):
        code = _fail("interrupted", 1)
    except TyperException as error:
        code = _fail(f"{error} (see --help)", EXIT_USAGE)
    except BrokenPipeError:
        code = 0  # the reader of our output has had enough
    except Exception as error:  # the outermost face: no trace leaks
        _logger.debug("unexpected failure", exc_info=True)
        code = _fail(f"internal error: {type(error).__name__}: {error}", EXIT_OURS)
    sys.exit(code if isinstance(code, int) else 0)


def _fail(message: str, code: int) -> int:
    typer.echo(f"medrd-kg: {' '.join(message.split())}", err=True)
    return code
