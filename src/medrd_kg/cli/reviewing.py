"""Commands by which people judge what was proposed."""

from pathlib import Path
from typing import Annotated

import typer

from medrd_kg.cli.flags import with_settings
from medrd_kg.problems import Problem
from medrd_kg.settings import Settings
from medrd_kg.sources.documents.decisions import State

__all__ = ["commands"]

commands = typer.Typer()
review_commands = typer.Typer(help="Judge what was proposed from imported documents.")
commands.add_typer(review_commands, name="review")


_Document = Annotated[
    str, typer.Argument(help="Slug of an imported document, or review-sheets for doubtful pairs.")
]
_By = Annotated[
    str, typer.Option("--by", help="Your role or handle, which is published; not your name.")
]


@review_commands.command("list")
@with_settings("data_dir")
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


@review_commands.command("show")
@with_settings("data_dir")
def review_show(
    document: _Document,
    unit: Annotated[str, typer.Argument(help="Number of the unit, such as S043.")],
    *,
    settings: Settings,
) -> None:
    """Show the text of a unit and what is proposed on it."""
    from medrd_kg.commands.review import show_unit

    show_unit(settings.data_dir, document, unit)


@review_commands.command("accept")
@with_settings("data_dir")
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


@review_commands.command("reject")
@with_settings("data_dir")
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


@review_commands.command("export")
@with_settings("data_dir")
def review_export(
    document: _Document,
    *,
    out: Annotated[Path | None, typer.Option(help="File; default: standard output.")] = None,
    settings: Settings,
) -> None:
    """Write the proposals in Turtle, to be edited and handed back with `accept --from`."""
    from medrd_kg.commands.review import export_proposals

    export_proposals(settings.data_dir, document, out)


@review_commands.command("score")
@with_settings("data_dir")
def review_score(document: _Document, *, settings: Settings) -> None:
    """Hold the proposals against what the graph states of the document already."""
    from medrd_kg.commands.review import score_document

    score_document(settings.data_dir, document)
