"""The pages that are audited: an example of each, and hard cases."""

from typing import Final

__all__ = ["LANGUAGES", "READING"]

LANGUAGES: Final = ("ja", "en")

READING: Final[dict[str, str]] = {
    "/": "plain",
    "/projects": "plain",
    "/projects/drugs": "plain",
    "/diseases": "plain",
    "/diseases/cancer": "plain",
    "/diseases/aids": "hard",  # little is said of it
    "/modalities/antibody-drug": "plain",
    "/programmes": "plain",
    "/programmes/adjustment-fund-programme": "plain",
    "/programmes/mhlw-subsidy-other-2015": "hard",  # the longest name
    "/organizations": "plain",
    "/organizations/c3010001010696": "plain",  # the most payments
    "/topics": "plain",
    "/topics/exosome-quality-test": "plain",
    "/search?q=がん": "plain",
    "/search?q=zzzzzz": "hard",  # nothing is found
    "/flows": "plain",
    "/flows?perimeter=in-house-whole&compare=2021": "hard",  # more programmes than are drawn
    "/flows?stage=reserve": "hard",  # there is no such total
    "/linkage": "plain",
    "/linkage?row=cancer&column=genome-data": "hard",
    "/linkage?view=network": "plain",
    "/linkage?view=network&rows=programme&columns=programme": "hard",
    "/linkage?view=list": "hard",
    "/linkage?view=overlaps": "plain",
    "/linkage?view=gaps": "plain",
    "/ontology": "plain",
    "/ontology/IntegratedProject": "plain",
    "/evidence": "plain",
    "/evidence?of=https://w3id.org/medrd-kg/id/topic/exosome-quality-test": "hard",
    "/evidence/policy-fy2022": "plain",
    "/evidence/policy-fy2022/S045": "plain",
    "/review": "plain",
    "/api": "plain",
    "/quality": "plain",
    "/sources": "plain",
    "/sources/data-source/review-sheets-2022": "hard",
    "/sources/review-sheet/2022-cabinet-office-21-0137": "plain",
    "/releases": "plain",
}
"""Paths after the language of pages to read: an example of each page, and hard cases."""
