"""Serving: the command that people start with."""

from typing import Annotated

import typer

from medrd_kg.cli.flags import with_settings
from medrd_kg.settings import Settings

__all__ = ["commands"]

commands = typer.Typer()


@commands.command()
@with_settings(*Settings.model_fields)
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
