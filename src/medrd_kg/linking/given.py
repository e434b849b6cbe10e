"""A programme or text as somebody gives it to be tagged: plain text, or a JSON object."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

__all__ = ["TEXT_FIELD", "GivenProgramme"]

TEXT_FIELD: Final = "text"
"""Field of a text that came without a field name."""

_MEMBERS: Final = ("name", "text", "texts")


@dataclass(frozen=True, slots=True)
class GivenProgramme:
    """What is to be tagged.

    Attributes:
        name: Name of the programme; empty where only text is given.
        texts: Its texts by field name.
    """

    name: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)

    @property
    def length(self) -> int:
        """Its characters, the name included."""
        return len(self.name) + sum(map(len, self.texts.values()))

    @classmethod
    def of_text(cls, text: str) -> "GivenProgramme":
        """Return plain text without a name."""
        return cls(texts={TEXT_FIELD: text})

    @classmethod
    def of_json(cls, document: str | bytes) -> "GivenProgramme":
        """Read ``{"name": …, "text": …}`` or ``{"name": …, "texts": {field: …}}``.

        Args:
            document: The JSON text. The name may be missing, or the texts.

        Raises:
            ValueError: It is no JSON, or not of this form; the message says what is wrong.
        """
        try:
            given = _object(json.loads(document), "the document")
        except json.JSONDecodeError as error:
            raise ValueError(f"not JSON: {error}") from error
        except RecursionError as error:
            raise ValueError("JSON that is nested too deeply") from error
        if unknown := sorted(set(given) - set(_MEMBERS)):
            raise ValueError(f"unknown member {unknown[0][:50]!r}; known: {', '.join(_MEMBERS)}")
        if "text" in given and "texts" in given:
            raise ValueError("text and texts are given: one of them is enough")
        texts = _object(given.get("texts", {}), "texts")
        if "text" in given:
            texts = {TEXT_FIELD: given["text"]}
        if "name" in texts:
            raise ValueError("name stands beside texts, not within them")
        if "name" not in given and not texts:
            raise ValueError("no name and no text")
        name = given.get("name", "")
        for each, value in (("name", name), *texts.items()):
            _check_text(each, value)
        return cls(name, texts)


def _object(value: object, what: str) -> dict[str, Any]:
    if isinstance(value, dict):
        return value
    raise ValueError(f"{what} is no JSON object")


def _check_text(name: str, value: object) -> None:
    if not isinstance(value, str):
        raise ValueError(f"{name[:50]!r} is no string")  # noqa: TRY004 - as any other fault of it
    try:
        (name + value).encode()
    except UnicodeEncodeError as error:  # a half of a pair, which JSON can escape
        raise ValueError(f"{name[:50]!r} holds what is no character: {error.reason}") from error
