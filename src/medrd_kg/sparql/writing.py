"""Requests to change the data, between the endpoints and the single writer.

The writer is in other processes: a request is turned into a plain head and a body and back.
"""

from dataclasses import dataclass
from typing import Any, Protocol, assert_never

from medrd_kg.store.base import Dataset

__all__ = [
    "Author",
    "EditRequest",
    "GraphDeletion",
    "GraphWriting",
    "Update",
    "Writer",
    "Written",
    "from_message",
    "to_message",
]


@dataclass(frozen=True, slots=True)
class Update:
    """A SPARQL Update.

    Attributes:
        text: Its text.
        using: The dataset that the request describes for every WHERE.
        base_iri: Base of the relative IRIs in the text.
        language: What the caller reads: ``ja`` or ``en``.
    """

    text: str
    using: Dataset
    base_iri: str
    language: str = "en"


@dataclass(frozen=True, slots=True)
class GraphWriting:
    """A graph's new content, or more of it, as it was sent.

    Attributes:
        graph: Its IRI; None for the default graph.
        replaces: Whether what the graph held goes (PUT) or stays (POST).
        content_type: What the body is; `rdf_documents.read_documents` reads it.
        body: The body.
        base_iri: Base of the relative IRIs in the body.
        language: What the caller reads: ``ja`` or ``en``.
    """

    graph: str | None
    replaces: bool
    content_type: str | None
    body: bytes
    base_iri: str
    language: str = "en"


@dataclass(frozen=True, slots=True)
class GraphDeletion:
    """The end of a graph; of the default graph, that of its content.

    Attributes:
        graph: Its IRI; None for the default graph.
        language: What the caller reads: ``ja`` or ``en``.
    """

    graph: str | None
    language: str = "en"


EditRequest = Update | GraphWriting | GraphDeletion
"""What the writer is asked to do; it does the whole of it or nothing."""


@dataclass(frozen=True, slots=True)
class Author:
    """Who asks for a change, as far as the journal may know.

    Attributes:
        role: Role that the token gives, in lower case.
        fingerprint: Tells tokens apart without telling any; see `author_fingerprint`.
        hops: How many services the request has passed.
    """

    role: str
    fingerprint: str
    hops: int = 0


@dataclass(frozen=True, slots=True)
class Written:
    """What an accepted request did; it is durable and every later answer shows it.

    Attributes:
        state_id: Identifier of the new state of the data.
        created: Whether a graph exists now that did not.
        added: Quads that were not there and are.
        removed: Quads that were there and are gone.
    """

    state_id: str
    created: bool
    added: int
    removed: int


class Writer(Protocol):
    """Carries out changes one after the other."""

    async def edit(self, request: EditRequest, author: Author) -> Written:
        """Carry out a request.

        Args:
            request: What to do.
            author: Who asks.

        Raises:
            Problem: ``malformed-query``, ``malformed-request``, ``malformed-data``,
                ``unsupported-media-type``, ``service-not-allowed``, ``not-found``,
                ``read-only-graph``, ``graph-exists``, ``invalid-data`` with the report, or that a
                limit was met. Nothing has changed then.
        """


def to_message(request: EditRequest) -> tuple[dict[str, Any], bytes]:
    """Return a request as a head that JSON can hold and a body."""
    head: dict[str, Any] = {"language": request.language}
    match request:
        case Update():
            using = [list(request.using.default_graphs), list(request.using.named_graphs)]
            head |= {"kind": "update", "using": using, "base_iri": request.base_iri}
            return head, request.text.encode()
        case GraphWriting():
            head |= {
                "kind": "graph",
                "graph": request.graph,
                "replaces": request.replaces,
                "content_type": request.content_type,
                "base_iri": request.base_iri,
            }
            return head, request.body
        case GraphDeletion():
            return head | {"kind": "deletion", "graph": request.graph}, b""
        case _:
            assert_never(request)


def from_message(head: dict[str, Any], body: bytes) -> EditRequest:
    """Return the request that `to_message` turned into a head and a body.

    Raises:
        ValueError: The head is none of them.
    """
    match head["kind"]:
        case "update":
            defaults, named = head["using"]
            return Update(
                text=body.decode(),
                using=Dataset(tuple(defaults), tuple(named)),
                base_iri=head["base_iri"],
                language=head["language"],
            )
        case "graph":
            return GraphWriting(
                graph=head["graph"],
                replaces=head["replaces"],
                content_type=head["content_type"],
                body=body,
                base_iri=head["base_iri"],
                language=head["language"],
            )
        case "deletion":
            return GraphDeletion(head["graph"], head["language"])
        case kind:
            raise ValueError(f"{kind!r} is no kind of change")
