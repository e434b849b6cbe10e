"""Topics and programmes: which programmes serve a topic, and which topics a programme serves."""

from typing import Final

from medrd_kg.linkage.tables import FactTables
from medrd_kg.linkage.topic_programmes import (
    REASONS,
    TopicProgramme,
    TopicProgrammeQuestion,
    topic_programmes,
)
from medrd_kg.linkage.twins.topics import topic_twins
from medrd_kg.web.analytics.arguments import BASIS, FISCAL_YEAR, choice, text
from medrd_kg.web.analytics.question import Answer, Question, Values

__all__ = ["TOPIC_QUESTIONS"]


def _topic_programmes(tables: FactTables, values: Values, offset: int, limit: int) -> Answer:
    question = TopicProgrammeQuestion(**values)
    return Answer.of(topic_programmes(tables, question, offset=offset, limit=limit))


TOPIC_QUESTIONS: Final = (
    Question(
        "topic-programmes",
        "Topics and the programmes that serve them, each pair with its reasons, strongest first",
        "Reasons: both fall under a concept or project that one of them names; a source links the"
        " two by a property; a unit names both. Each weighs log2(N / n) bits: N topics, scope items"
        " and programmes, n of them under the concept or named by the unit, two joined by a link;"
        " concepts that are broader or narrower on one side count half. Name a `topic` for its"
        " programmes, a `programme` for its topics.",
        (
            text("topic", "Slug, IRI or prefixed name of a topic; without it, any."),
            text("programme", "Slug, IRI or prefixed name of a programme; without it, any."),
            FISCAL_YEAR,
            choice("reason", "Only reasons of this kind.", REASONS),
            BASIS,
        ),
        _topic_programmes,
        entry=TopicProgramme,
        explode="reasons",
        twins=lambda values, _answer: topic_twins(TopicProgrammeQuestion(**values)),
    ),
)
