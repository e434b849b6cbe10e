"""The command ``medrd-kg``: a thin face over the library.

Exit codes: 0 done, 1 the data or query is at fault (one line says where), 2 usage or settings,
3 our fault.
"""

import logging
import sys
from typing import Annotated

import typer
from typer.exceptions import TyperException

from medrd_kg import __version__
from medrd_kg.cli import asking, checking, importing, releasing, reviewing, serving
from medrd_kg.problems import Problem

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
for each in (serving, releasing, importing, reviewing, checking, asking):
    app.add_typer(each.commands)

_logger = logging.getLogger(__name__)


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
