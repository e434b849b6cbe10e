"""The front of the service: ready bytes, codings, conditions, origins, hosts and rates.

`Front` is a bare ASGI layer before all others.
"""

from medrd_kg.web.front.front import Front

__all__ = ["Front"]
