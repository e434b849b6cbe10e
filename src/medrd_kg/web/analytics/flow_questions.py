"""Flows: the money of one total from its payers to programmes, and who was paid."""

from collections.abc import Mapping
from typing import Final

from medrd_kg.linkage.flows import Balance, FlowLink, FlowQuestion, flows
from medrd_kg.linkage.items import PAGE
from medrd_kg.linkage.recipients import Payment, recipients
from medrd_kg.linkage.tables import FactTables
from medrd_kg.linkage.totals import TotalChoice
from medrd_kg.linkage.twins.money import flow_twins, recipient_twins
from medrd_kg.linkage.twins.patterns import Twin
from medrd_kg.web.analytics.arguments import BASIS, FISCAL_YEAR, TOTAL, TOTAL_NAMES, required, text
from medrd_kg.web.analytics.question import Answer, Question, Values, given
from medrd_kg.web.analytics.shown import shown

__all__ = ["FLOW_QUESTIONS"]

_FILTERS: Final[Mapping[str, str]] = {
    "project": "project",
    "disease_area": "disease-area",
    "modality": "modality",
    "ministry": "ministry",
    "organization": "organization",
    "programme": "programme",
}
"""Parameters that money must fit, each with its facet."""


def _filters(values: Values) -> dict[str, str]:
    return {facet: values[name] for name, facet in _FILTERS.items() if name in values}


def _flow_twins(values: Values, answer: Answer) -> tuple[Twin, ...]:
    total = answer.more["namedTotal"]
    basis = values.get("basis", "all")
    return flow_twins(total["id"], total["fiscalYear"], _filters(values), basis)


def _flows(tables: FactTables, values: Values, offset: int, limit: int) -> Answer:
    question = FlowQuestion(
        TotalChoice(**given(values, "fiscal_year", *TOTAL_NAMES)),
        _filters(values),
        **given(values, "basis"),
    )
    found = flows(tables, question, offset=offset, limit=limit)
    return Answer.of(
        found.balances,
        namedTotal=shown(found.total),
        selected=found.selected,
        leftOut=found.left_out,
        links=shown(found.links),
    )


def _recipients(tables: FactTables, values: Values, offset: int, limit: int) -> Answer:
    return Answer.of(recipients(tables, **values, offset=offset, limit=limit))


FLOW_QUESTIONS: Final = (
    Question(
        "flows",
        "The money of one total, link by link, with the balance of each programme",
        "`links` lead from the total over payers and payees to programmes; they sum to `selected`,"
        " and with `leftOut` to the amount of `namedTotal`. Each item is the balance of a"
        " programme: what its sheets state as executed and as passed on, and the remainder that"
        " nothing accounts for. Blocks of payees must not be added up.",
        (
            required(FISCAL_YEAR, "2022"),
            *TOTAL,
            *(
                text(name, f"Slug or IRI of a {facet} that it must be for or involve.")
                for name, facet in _FILTERS.items()
            ),
            BASIS,
        ),
        _flows,
        entry=Balance,
        parts={"links": FlowLink},
        twins=_flow_twins,
    ),
    Question(
        "flows/recipients",
        "The payments of a year as the sheets list them, most money first",
        "Lists hold the largest recipients of each block only and must not be added up.",
        (
            required(FISCAL_YEAR, "2021"),
            text("programme", "Slug or IRI of one programme."),
            text("payee", "Slug or IRI of one organisation that is paid."),
        ),
        _recipients,
        usual=PAGE,
        entry=Payment,
        twins=lambda values, _: recipient_twins(
            values["fiscal_year"], values.get("programme"), values.get("payee")
        ),
    ),
)
