"""Flags of commands, from the settings table."""

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from medrd_kg.settings import ENVIRONMENT_PREFIX, Settings

__all__ = ["with_settings"]


def with_settings(*names: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command one flag for each named setting, from the settings table.

    The command receives the validated settings as its keyword argument ``settings``.
    """

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        def run(**arguments: Any) -> None:  # noqa: ANN401 - typer passes what it parsed
            flags = {name: arguments.pop(name) for name in names}
            command(settings=Settings.load(**flags), **arguments)

        own = [
            each
            for each in inspect.signature(command).parameters.values()
            if each.name != "settings"
        ]
        run.__name__, run.__doc__ = command.__name__, command.__doc__
        run.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
            [*own, *(_flag(name) for name in names)]
        )
        return run

    return decorate


def _flag(name: str) -> inspect.Parameter:
    field = Settings.model_fields[name]
    plain = {bool, int, float, Path}
    kind: Any = field.annotation if field.annotation in plain else str
    declaration = f"--{name.replace('_', '-')}"
    option = typer.Option(
        *([f"{declaration}/--no-{name.replace('_', '-')}"] if kind is bool else [declaration]),
        help=f"{field.description} [env: {ENVIRONMENT_PREFIX}{name.upper()}]",
        show_default=False,
    )
    return inspect.Parameter(
        name,
        inspect.Parameter.KEYWORD_ONLY,
        default=None,
        annotation=Annotated[kind | None, option],
    )
