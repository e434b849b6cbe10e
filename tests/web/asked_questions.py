"""One way of asking each question, whose answer is not empty; one for each kind of gap."""

from typing import Final

ASKED: Final = {
    "coverage": "rows=disease-area&columns=project",
    "coverage/items": "rows=disease-area&columns=project&row=cancer&column=drugs",
    "linkages": "of=project,project&via=disease-area&via=modality&fiscal_year=2022",
    "linkages/items": "of=project,project&via=disease-area&left=drugs&right=genome-data",
    "bridges": "of=project",
    "stated-links": "",
    "gaps": "",
    "overlaps": "fiscal_year=2021",
    "flows": "fiscal_year=2022&ministry=mhlw",
    "flows/recipients": "fiscal_year=2021",
    "topic-programmes": "topic=cancer-drug-technical-support",
    "paths": "source=disease-area/cancer&target=prj:drugs",
    "process": "",
    "changes": "from=2020&to=2021",
    "pdca": "project=drugs&fiscal_year=2021",
}
GAPS: Final = {
    "combinations": "rows=purpose",
    "concepts": "rows=disease-area&scope=fiscal-year&fiscal_year=2022",
    "items-without-facet": "rows=phase",
    "scope-without-topic": "fiscal_year=2022",
    "topics-without-money": "fiscal_year=2022",
    "money-without-topic": "fiscal_year=2022",
    "indicators-without-results": "",
    "targets-missed": "fiscal_year=2019",
}
