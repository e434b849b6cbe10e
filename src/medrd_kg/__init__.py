"""medrd-kg: Japan's medical R&D policy and its money as one graph that answers."""

from importlib.metadata import version

__all__ = ["__version__"]

__version__ = version("medrd-kg")
