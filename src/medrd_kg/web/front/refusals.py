"""Problems as ASGI messages, for what is refused before any framework sees it."""

import orjson
from starlette.types import Message

from medrd_kg.problems import Problem

__all__ = ["INTERNAL", "refusal"]

INTERNAL = Problem(
    "internal-error",
    "the service failed on this request",
    "the fault is ours: report the address and the time",
)


def refusal(problem: Problem, language: str) -> tuple[Message, bytes]:
    """Return the problem document of RFC 9457.

    Args:
        problem: What is wrong.
        language: ``ja`` or ``en``, for its title.

    Returns:
        The message that begins the answer, and its body.
    """
    fields = {
        "Content-Type": "application/problem+json",
        "Content-Language": language,
        "Vary": "Accept, Accept-Language",
        "Cache-Control": "no-store",
        **problem.headers,
    }
    start: Message = {
        "type": "http.response.start",
        "status": int(problem.kind.status),
        "headers": [
            (name.lower().encode(), value.encode("latin-1", "replace"))
            for name, value in fields.items()
        ],
    }
    return start, orjson.dumps(problem.document(language))
