"""All questions, in the order of the documentation."""

from typing import Final

from medrd_kg.web.analytics.change_questions import CHANGE_QUESTIONS
from medrd_kg.web.analytics.coverage_questions import COVERAGE_QUESTIONS
from medrd_kg.web.analytics.flow_questions import FLOW_QUESTIONS
from medrd_kg.web.analytics.gap_questions import GAP_QUESTIONS
from medrd_kg.web.analytics.linkage_questions import LINKAGE_QUESTIONS
from medrd_kg.web.analytics.path_questions import PATH_QUESTIONS
from medrd_kg.web.analytics.pdca_questions import PDCA_QUESTIONS
from medrd_kg.web.analytics.process_questions import PROCESS_QUESTIONS
from medrd_kg.web.analytics.topic_questions import TOPIC_QUESTIONS

__all__ = ["QUESTIONS"]

QUESTIONS: Final = (
    *COVERAGE_QUESTIONS,
    *LINKAGE_QUESTIONS,
    *TOPIC_QUESTIONS,
    *PATH_QUESTIONS,
    *GAP_QUESTIONS,
    *FLOW_QUESTIONS,
    *CHANGE_QUESTIONS,
    *PDCA_QUESTIONS,
    *PROCESS_QUESTIONS,
)
