"""Who followed whom in SPARQL, and when: see ``projection/succession.sql`` for the rule."""

__all__ = ["succession_pattern"]


def succession_pattern(kind: str, from_year: int, to_year: int, fits: str) -> str:
    """Return the pattern of the successions of a kind, with ``?item ?others ?fiscalYear``.

    Args:
        kind: ``split``: ``?others`` followed ``?item``; else ``?item`` followed ``?others``.
        from_year: The western year after which.
        to_year: The last western year.
        fits: Pattern that binds ``?does_fit`` to 1 where ``?item`` or ``?others`` are wanted,
            else to 0; one pair of a group must be.
    """
    one, other = ("?others", "?item") if kind == "split" else ("?item", "?others")
    pairs = _pairs(one, other, from_year, to_year)
    alone = ""
    if kind == "succeeded":
        alone = f"""{{ SELECT {other} WHERE {{
                {pairs}
            }} GROUP BY {other} HAVING (COUNT({one}) = 1) }}"""
    return f"""{{ SELECT ?item (MIN(?year) AS ?fiscalYear) WHERE {{
                {pairs}
                {fits}
            }} GROUP BY ?item
            HAVING (COUNT(?others) {"= 1" if alone else "> 1"} && MAX(?does_fit) = 1) }}
            {pairs}
            {alone}"""


def _pairs(one: str, other: str, from_year: int, to_year: int) -> str:
    """Return the subquery of the pairs of successor and predecessor between two years."""
    return f"""{{ SELECT {one} {other} (MIN(?taken_over) AS ?year) WHERE {{
                    {{
                        {one} mrd:succeeds {other} .
                        ?first mrd:editionOf {one} ; mrd:publicationYear ?published .
                        FILTER NOT EXISTS {{
                            ?earlier mrd:editionOf {one} ; mrd:publicationYear ?before
                            FILTER (?before < ?published
                                || (?before = ?published && STR(?earlier) < STR(?first)))
                        }}
                        OPTIONAL {{ ?first mrd:startYear ?start }}
                        BIND (IF(COALESCE(?start > ?published, false), ?start, ?published)
                            AS ?taken_over)
                    }} UNION {{
                        {one} mrd:succeeds {other} .
                        FILTER NOT EXISTS {{
                            ?any mrd:editionOf {one} ; mrd:publicationYear ?ever
                        }}
                        ?figure mrd:forProgramme {one} ; mrd:budgetStage ?stage ;
                            mrd:fiscalYear/mrd:yearNumber ?taken_over .
                        FILTER (?stage != mrds:stage-request)
                        FILTER NOT EXISTS {{ ?newer mrd:supersedes ?figure }}
                        FILTER NOT EXISTS {{
                            ?last mrd:editionOf {other} ; mrd:publicationYear ?told
                            FILTER (?told >= ?taken_over)
                        }}
                    }}
                }} GROUP BY {one} {other}
                HAVING (MIN(?taken_over) > {from_year} && MIN(?taken_over) <= {to_year}) }}"""
