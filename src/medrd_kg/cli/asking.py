"""Commands that ask the current release, the linker or the benchmarks."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from medrd_kg.cli.flags import with_settings
from medrd_kg.cli.release_store import current_store
from medrd_kg.commands.export import ExportFormat
from medrd_kg.commands.query import AnswerFormat
from medrd_kg.commands.search_format import SearchFormat
from medrd_kg.commands.tag import Language, TagFormat
from medrd_kg.settings import Settings

__all__ = ["commands"]

commands = typer.Typer()


@commands.command()
@with_settings("data_dir")
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
    with current_store(settings) as store:
        ask(store, question, answer_format, sys.stdout.buffer)


@commands.command()
@with_settings("data_dir")
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


@commands.command()
@with_settings("data_dir")
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

    with current_store(settings) as store:
        run(store, graph, export_format, out or sys.stdout.buffer)


@commands.command()
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


@commands.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def bench(context: typer.Context) -> None:
    """Compare the server with its peers; options are those of `python -m benchmarks`."""
    from medrd_kg.commands.bench import bench as run

    raise typer.Exit(run(context.args))
