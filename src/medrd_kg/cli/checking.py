"""Commands that hold data and evidence against what they promise."""

from pathlib import Path
from typing import Annotated

import typer

from medrd_kg.cli.flags import with_settings
from medrd_kg.cli.release_store import current_store
from medrd_kg.settings import Settings

__all__ = ["commands"]

commands = typer.Typer()


@commands.command()
def validate(
    files: Annotated[
        list[Path] | None, typer.Argument(help="RDF files; none: the shipped content.")
    ] = None,
) -> None:
    """Hold RDF files, or the shipped content, against the SHACL shapes."""
    from medrd_kg.commands.validation import validate as run

    run(files or [])


@commands.command("verify-evidence")
@with_settings("data_dir")
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

    with current_store(settings) as store:
        check_evidence(store, file, document)
