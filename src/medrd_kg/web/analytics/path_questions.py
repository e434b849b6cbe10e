"""Paths: how two things connect."""

from typing import Final

from medrd_kg.linkage.paths import (
    LEAST_BITS,
    LONGEST,
    USUAL_LENGTH,
    Connection,
    PathQuestion,
    paths,
)
from medrd_kg.linkage.tables import FactTables
from medrd_kg.linkage.twins.walking import path_twins
from medrd_kg.web.analytics.arguments import BASIS, integer, required, text
from medrd_kg.web.analytics.question import Answer, Question, Values, given
from medrd_kg.web.analytics.shown import shown

__all__ = ["PATH_QUESTIONS"]

_NAMES: Final = "IRI, prefixed name such as `prj:drugs`, or `kind/slug` such as `programme/…`"


def _asked(values: Values) -> PathQuestion:
    return PathQuestion(**given(values, "source", "target", "max_length", "min_bits", "basis"))


def _paths(tables: FactTables, values: Values, offset: int, limit: int) -> Answer:
    found = paths(tables, _asked(values), offset=offset, limit=limit)
    return Answer.of(
        found.paths,
        source=shown(found.source),
        target=shown(found.target),
        complete=found.complete,
    )


PATH_QUESTIONS: Final = (
    Question(
        "paths",
        "How two things connect: the shortest paths first, the most specific of these first",
        "Links are walked in either direction; nothing is visited twice. A thing on the way tells"
        " log2(N / n) bits: N things are linked with anything, n of them with it or, for a concept,"
        " with something narrower. The more the things on its way tell together, the more specific"
        " is a path. Fiscal years, stages, levels, action status and types are not walked, and"
        " nothing is passed through that tells less than `min_bits`. `complete` is false where"
        " there are more paths than the answer holds.",
        (
            required(text("source", f"The one thing: {_NAMES}."), "disease-area/cancer"),
            required(text("target", f"The other thing: {_NAMES}."), "prj:drugs"),
            integer("max_length", "Most steps.", least=1, most=LONGEST, default=USUAL_LENGTH),
            integer(
                "min_bits",
                "What each thing on the way must tell at least, in bits; 3 keeps out what more than"
                " an eighth of all things is linked to.",
                least=0,
                most=30,
                default=LEAST_BITS,
            ),
            BASIS,
        ),
        _paths,
        entry=Connection,
        explode="steps",
        twins=lambda values, _answer: path_twins(_asked(values)),
    ),
)
