"""Commands that read sources, and that tell and undo what was read."""

from pathlib import Path
from typing import Annotated

import typer

from medrd_kg.cli.flags import with_settings
from medrd_kg.problems import Problem
from medrd_kg.settings import Settings
from medrd_kg.sources.rdf_files.formats import RdfFormatName
from medrd_kg.sources.review_sheets.selection import Selection

__all__ = ["commands"]

commands = typer.Typer()
import_commands = typer.Typer(help="Read a source into Turtle that a build takes up.")
commands.add_typer(import_commands, name="import")


@import_commands.command("review-sheets")
@with_settings("data_dir")
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


@import_commands.command("table")
@with_settings("data_dir")
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


@import_commands.command("rdf")
@with_settings("data_dir")
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


@import_commands.command("document")
@with_settings("data_dir")
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


@import_commands.command("rs-csv")
@with_settings("data_dir")
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


@import_commands.command("mof")
@with_settings("data_dir")
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


@commands.command()
@with_settings("data_dir")
def imports(
    *,
    remove: Annotated[
        str | None,
        typer.Option(help="Remove all that this import brought, by its name in the list."),
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
