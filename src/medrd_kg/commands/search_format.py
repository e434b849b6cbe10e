"""Forms of what ``medrd-kg search`` prints, apart, since every command's start reads them."""

from enum import StrEnum

__all__ = ["SearchFormat"]


class SearchFormat(StrEnum):
    """Forms in which the hits are printed."""

    TABLE = "table"
    JSONL = "jsonl"
    CSV = "csv"
