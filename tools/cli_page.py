"""The page docs/cli.md: the help of every command, as the command prints it."""

import os
from collections.abc import Iterator

import typer
from typer.testing import CliRunner

from medrd_kg.cli import app

WIDTH = 96
HEAD = (
    "Exit codes: 0 done, 1 the data or query is at fault (one line says where), 2 usage or"
    " settings, 3 our fault.\n"
)


def cli_page() -> str:
    """Return the text of the page."""
    parts = [
        "# Command line\n",
        HEAD,
    ]
    for words in _commands(app, ()):
        result = CliRunner().invoke(
            app, [*words, "--help"], prog_name="medrd-kg", env={"COLUMNS": str(WIDTH)} | _plain()
        )
        if result.exit_code != 0:
            raise RuntimeError(f"`{' '.join(words)} --help` failed: {result.output}")
        title = " ".join(("medrd-kg", *words))
        text = "\n".join(line.rstrip() for line in result.output.strip().splitlines())
        parts.append(f"## {title}\n\n```text\n{text}\n```\n")
    return "\n".join(parts)


def _plain() -> dict[str, str]:
    return {name: "" for name in os.environ if name.startswith("MEDRD_KG_")} | {"TERM": "dumb"}


def _commands(group: typer.Typer, words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    yield words
    for command in group.registered_commands:
        name = command.name or (command.callback.__name__ if command.callback else "")
        yield (*words, name.replace("_", "-"))
    for inner in group.registered_groups:
        if inner.typer_instance is None:
            continue
        if inner.name:
            yield from _commands(inner.typer_instance, (*words, inner.name))
        else:  # its commands are the group's own
            yield from list(_commands(inner.typer_instance, words))[1:]
