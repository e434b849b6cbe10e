"""Commands that make, compare, keep and bring back releases."""

import sys
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from medrd_kg.cli.flags import with_settings
from medrd_kg.commands.release_formats import DiffFormat, ListFormat
from medrd_kg.settings import Settings

__all__ = ["commands"]

commands = typer.Typer()


@commands.command()
@with_settings("data_dir", "releases_keep", "releases_max_mb")
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


@commands.command()
@with_settings("data_dir")
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


@commands.command()
@with_settings("data_dir")
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


@commands.command()
@with_settings("data_dir")
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


@commands.command()
@with_settings("data_dir")
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


@commands.command()
@with_settings("data_dir")
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
