"""``medrd-kg import document``: a policy document with its text, its units and proposals."""

from pathlib import Path

import typer

from medrd_kg.build.progress import ConsoleProgress
from medrd_kg.sources.content import imported_dir
from medrd_kg.sources.documents.deciding import open_review
from medrd_kg.sources.documents.decisions import State
from medrd_kg.sources.documents.identity import Given
from medrd_kg.sources.documents.importing import import_document, imported_name

__all__ = ["run_import"]


def run_import(path: Path, given: Given, data_dir: Path) -> None:
    """Import a document and say what was made of it.

    Args:
        path: PDF, text, or units in JSON.
        given: What the caller says of the document.
        data_dir: Receives everything.

    Raises:
        Problem: ``invalid-data`` or ``usage``.
    """
    progress = ConsoleProgress()
    with progress.step(f"importing {path.name}"):
        found = import_document(path, data_dir, given, progress.note)
    review = open_review(data_dir, found.identity.slug)
    review.write()  # decisions that an earlier import got hold for this one's units too
    counts = review.counts()
    pages = found.provenance["pages"] if found.provenance["form"] == "pdf" else 0
    typer.echo(
        f"{found.identity.slug}: {len(found.units)} units"
        + (f" on {pages} pages" if pages else "")
        + f", {len(found.proposals.facts)} facts found:"
        f" {counts[State.KNOWN]} in the graph already, {counts[State.ACCEPTED]} accepted,"
        f" {counts[State.REJECTED]} rejected, {counts[State.OPEN]} to be judged;"
        f" {len(found.proposals.terms)} new terms"
    )
    typer.echo(
        f"{imported_dir(data_dir) / imported_name(found.identity.slug)}: the next build takes it"
        f" up; `medrd-kg review list {found.identity.slug}` shows the proposals"
    )
