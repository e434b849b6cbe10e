"""Enduring programmes: each rule of chaining, and what is only a doubt."""

from collections.abc import Mapping

import pytest

from medrd_kg.sources.review_sheets.chains import ChainBuilder, SheetKey, former_names
from medrd_kg.sources.review_sheets.names import programme_key
from medrd_kg.sources.review_sheets.records import Stage

MILLION = 1_000_000


def key(
    year: int,
    number: str,
    name: str,
    figures: Mapping[int, int] | None = None,
    *,
    identifier: str | None = None,
    predecessors: tuple[tuple[int, str], ...] = (),
) -> SheetKey:
    plain = programme_key(name)
    formers = former_names(plain)
    return SheetKey(
        publication_year=year,
        ministry="mhlw",
        number=number,
        printed=name,
        name=plain.partition("(旧")[0],
        formers=formers,
        programme_id=identifier,
        predecessors=predecessors,
        figures={(fy, Stage.INITIAL): yen * MILLION for fy, yen in (figures or {}).items()},
    )


def chained(*sheets: SheetKey) -> ChainBuilder:
    builder = ChainBuilder()
    for year in sorted({sheet.publication_year for sheet in sheets}):
        builder.add_year([each for each in sheets if each.publication_year == year], {})
    return builder


def rules(builder: ChainBuilder) -> list[list[str]]:
    return [[link.rule for link in chain.links] for chain in builder.chains.values()]


@pytest.mark.parametrize(
    ("later", "rule"),
    [
        (key(2019, "2", "改名後", {2018: 100}, predecessors=((2018, "1"),)), "predecessor"),
        (key(2019, "2", "改名後", {2018: 100}, predecessors=((2014, "1"),)), "predecessor"),
        (key(2019, "2", "改名後", {2018: 100}, identifier="77"), "programme-id"),
        (key(2019, "2", "事業", {2018: 100}), "name"),
        (key(2019, "2", "事業", {2019: 1}), "name"),
        (key(2019, "2", "改名後（旧：事業）", {2018: 100}), "former-name"),
    ],
)
def test_each_rule_continues_a_chain(later: SheetKey, rule: str) -> None:
    builder = chained(key(2018, "1", "事業", {2018: 100}, identifier="77"), later)
    assert rules(builder) == [["first", rule]]
    assert builder.doubts == []


def test_figures_cut_to_the_million_are_equal() -> None:
    earlier = key(2018, "1", "事業", {2017: 100})
    later = key(2019, "1", "事業（旧：別）", {2017: 100})
    figures = {(2017, Stage.INITIAL): 100 * MILLION + 900_000}
    later = SheetKey(
        **{name: getattr(later, name) for name in later.__slots__} | {"figures": figures}
    )
    assert rules(chained(earlier, later)) == [["first", "name"]]


@pytest.mark.parametrize(
    "later",
    [
        key(2019, "2", "事業", {2018: 90}),
        key(2019, "2", "改名後", {2018: 90}, identifier="77"),
        key(2019, "2", "改名後", {2018: 10}, predecessors=((2018, "9"),)),
        key(2022, "2", "事業", {2018: 100}),
    ],
)
def test_contradicting_or_missing_evidence_starts_a_new_chain(later: SheetKey) -> None:
    builder = chained(key(2018, "1", "事業", {2018: 100}, identifier="77"), later)
    assert len(builder.chains) == 2


def test_equal_small_figures_under_another_name_are_chance() -> None:
    earlier = key(2018, "1", "事業", {2016: 5, 2017: 5, 2018: 5})
    later = key(2019, "2", "無関係", {2016: 5, 2017: 5, 2018: 5}, identifier="9")
    builder = chained(earlier, later)
    assert len(builder.chains) == 2
    assert builder.doubts == []


def test_three_equal_large_figures_are_a_doubt_and_no_merger() -> None:
    earlier = key(2018, "1", "事業", {2016: 510, 2017: 520, 2018: 530})
    later = key(2019, "2", "無関係な名", {2016: 510, 2017: 520, 2018: 530})
    builder = chained(earlier, later)
    assert len(builder.chains) == 2
    assert [(each.key.number, each.other.number) for each in builder.doubts] == [("2", "1")]


def test_two_sheets_that_claim_one_chain_equally_are_kept_apart() -> None:
    earlier = key(2018, "1", "事業", {2018: 100})
    twins = [key(2019, number, "事業", {2018: 100}) for number in ("2", "3")]
    builder = chained(earlier, *twins)
    assert len(builder.chains) == 3
    assert len(builder.doubts) == 2


def test_the_reviewed_list_goes_before_all_rules() -> None:
    builder = ChainBuilder()
    builder.add_year([key(2018, "1", "甲", {2018: 100})], {"mhlw/1": "one"})
    builder.add_year([key(2019, "5", "乙", {2018: 999})], {"mhlw/5": "one"})
    assert rules(builder) == [["reviewed", "reviewed"]]
    assert list(builder.chains) == ["one"]
