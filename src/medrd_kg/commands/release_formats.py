"""In which forms the commands about releases tell what they found."""

from enum import StrEnum

__all__ = ["DiffFormat", "ListFormat"]


class ListFormat(StrEnum):
    """Form of a list."""

    TEXT = "text"
    JSON = "json"


class DiffFormat(StrEnum):
    """Form of a difference."""

    TEXT = "text"
    JSON = "json"
    PATCH = "patch"
