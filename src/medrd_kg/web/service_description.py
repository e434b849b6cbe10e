"""What the endpoint says of itself when it is asked without a query."""

from collections.abc import Mapping

import anyio.to_thread
from fastapi import Response
from pyoxigraph import Literal, NamedNode

from medrd_kg.sparql.description import describe_service, write_graph
from medrd_kg.sparql.media_types import answer_type, content_type
from medrd_kg.store.base import QueryForm, StoreStatistics
from medrd_kg.web.state import Serving

__all__ = ["service_description"]

_GRAPHS = "SELECT ?g (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g"
_DEFAULT = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"


async def service_description(served: Serving, endpoint: str, accept: str | None) -> Response:
    """Return the SPARQL 1.1 Service Description of the served state.

    Args:
        served: The served state.
        endpoint: Address of the endpoint.
        accept: The Accept header.

    Raises:
        Problem: ``not-acceptable``.
    """
    media_type = answer_type(accept, QueryForm.GRAPH)
    key = f"service description as {media_type}"
    body = served.documents.get(key)
    if body is None:
        settings = served.settings
        is_writable = any((settings.editor_token, settings.admin_token))
        triples = describe_service(
            endpoint,
            await _statistics(served),
            union_default_graph=served.release.source.union_default_graph,
            update_endpoint=served.address("/update") if is_writable else None,
            federates=bool(settings.service_allow),
        )
        body = await anyio.to_thread.run_sync(write_graph, triples, media_type)
        served.documents.put(key, body)
    return Response(body, media_type=content_type(media_type), headers={"Vary": "Accept"})


async def _statistics(served: Serving) -> StoreStatistics:
    """Return the size of the data: that of the release, counted anew once it was edited."""
    if not served.engine_room.pool.sequence:
        return served.release.statistics
    rows = await served.evaluator.select(_GRAPHS)
    (whole,) = await served.evaluator.select(_DEFAULT)
    return StoreStatistics(
        triples=_count(whole),
        graphs={row["g"].value: _count(row) for row in rows if isinstance(row["g"], NamedNode)},
    )


def _count(row: Mapping[str, object]) -> int:
    number = row["n"]
    if not isinstance(number, Literal):
        raise TypeError("COUNT yields a literal")
    return int(number.value)
