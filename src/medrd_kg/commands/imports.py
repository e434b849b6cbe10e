"""``medrd-kg imports``: what is imported, and the way to undo an import."""

from pathlib import Path

import typer

from medrd_kg.sources.content import imported_dir
from medrd_kg.sources.imported import imported_files, remove_imported

__all__ = ["list_imports", "remove"]


def list_imports(data_dir: Path) -> None:
    """Print the name, the graph and the size of every imported file."""
    found = imported_files(imported_dir(data_dir))
    if not found:
        typer.echo("nothing is imported")
    width = max((len(each.name) for each in found), default=0)
    for each in found:
        size = each.path.stat().st_size / 1e6
        graph = each.graph or "the graphs that it names"
        typer.echo(f"{each.name.ljust(width)}  {size:9.3f} MB  {graph}")


def remove(data_dir: Path, name: str) -> None:
    """Remove an import by its name; the next build leaves it out.

    Raises:
        Problem: ``not-found``: nothing is imported under this name.
    """
    gone = remove_imported(imported_dir(data_dir), name)
    typer.echo(f"removed {gone.path.name}: the next build leaves it out")
