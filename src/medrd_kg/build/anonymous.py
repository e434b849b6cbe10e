"""Blank nodes of two releases: which of them stand for something that the other does not have."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Final

import pyoxigraph as ox

from medrd_kg.build.canonical import canonical_lines, digest, has_blank_node, parsed_lines

__all__ = ["changed_labels", "is_anonymous", "renamed"]

_NEW: Final = b"_:new-"
"""Beginning of the names of new blank nodes; canonical ones begin with ``_:c14n``."""

_SUBJECT: Final = re.compile(rb"_:\S+")
_OBJECT: Final = re.compile(rb"(?P<before>\S+ \S+ )(?P<label>_:\S+)(?P<after> .*)", re.DOTALL)


def is_anonymous(line: bytes) -> bool:
    """Whether a line of N-Quads has a blank node; quick for those that have none."""
    return b"_:" in line and has_blank_node(line)


def changed_labels(
    older: Iterable[bytes], newer: Iterable[bytes]
) -> tuple[dict[bytes, bytes], dict[bytes, bytes]]:
    """Compare what is connected by blank nodes.

    Args:
        older: All lines with blank nodes of one dataset.
        newer: Those of another one.

    Returns:
        Of each dataset, the labels of the blank nodes in what the other one does not have, with
        the labels to tell them by.
    """
    before, after = _components(older), _components(newer)
    gone = Counter({key: len(found) for key, found in before.items()})
    gone.subtract({key: len(found) for key, found in after.items()})
    lost = {
        label: label
        for key, surplus in gone.items()
        if surplus > 0
        for component in before[key][-surplus:]
        for label in component
    }
    new = {
        label: _NEW + label.removeprefix(b"_:")
        for key, surplus in gone.items()
        if surplus < 0
        for component in after[key][surplus:]
        for label in component
    }
    return lost, new


def renamed(line: bytes, labels: Mapping[bytes, bytes]) -> bytes | None:
    r"""Return a line with other labels of its blank nodes; None where one of them has none.

    >>> renamed(b"_:a <urn:p> _:b <urn:g> .\n", {b"_:a": b"_:x", b"_:b": b"_:y"})
    b'_:x <urn:p> _:y <urn:g> .\n'
    """
    if any(label not in labels for label in _labels(line)):
        return None
    subject = _SUBJECT.match(line)
    if subject is not None:
        line = labels[subject[0]] + line[subject.end() :]
    found = _OBJECT.fullmatch(line)
    if found is not None:
        line = found["before"] + labels[found["label"]] + found["after"]
    return line


def _labels(line: bytes) -> list[bytes]:
    subject, found = _SUBJECT.match(line), _OBJECT.fullmatch(line)
    return [
        *([] if subject is None else [subject[0]]),
        *([] if found is None else [found["label"]]),
    ]


def _components(lines: Iterable[bytes]) -> dict[str, list[list[bytes]]]:
    """Return the labels of each connected set of blank nodes, by the digest of what it says."""
    said: list[tuple[bytes, list[bytes]]] = [(line, _labels(line)) for line in lines]
    leader: dict[bytes, bytes] = {}

    def lead(label: bytes) -> bytes:
        leader.setdefault(label, label)
        while leader[label] != label:
            leader[label] = leader[leader[label]]
            label = leader[label]
        return label

    for _, labels in said:
        for label in labels[1:]:
            leader[lead(label)] = lead(labels[0])
    lines_of: dict[bytes, list[bytes]] = defaultdict(list)
    labels_of: dict[bytes, set[bytes]] = defaultdict(set)
    for line, labels in said:
        first = lead(labels[0])
        lines_of[first].append(line)
        labels_of[first].update(labels)
    found: dict[str, list[list[bytes]]] = defaultdict(list)
    for first, own in lines_of.items():
        dataset = ox.Dataset(parsed_lines(own))
        dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
        found[digest(canonical_lines(dataset))].append(sorted(labels_of[first]))
    return found
