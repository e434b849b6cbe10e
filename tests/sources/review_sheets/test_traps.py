"""The traps of the money, each against the shipped Turtle and, where present, the real files.

A sum that falls into a trap fails here. Figures are in million yen as the sheets print them.
"""

import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import zstandard

from medrd_kg.build.totals import check_totals
from medrd_kg.sources.facts_rows import fact_rows
from medrd_kg.sources.review_sheets.corporate_number import is_valid
from medrd_kg.sources.review_sheets.persons import may_be_named
from medrd_kg.sources.review_sheets.records import Sheet
from medrd_kg.sources.review_sheets.selection import Decision
from medrd_kg.store.embedded import EmbeddedStore

Rows = Callable[[str], list[dict[str, str]]]
MILLION = 1_000_000
STATED = "mrd:amountJPY|mrd:nonAdditiveAmountJPY"


def million(value: str) -> float:
    """Return million yen; the yen are whole, so that no figure here loses anything."""
    return int(value) / MILLION


def total(ask: Rows, slug: str) -> float:
    (row,) = ask(
        f"SELECT (SUM(?a) AS ?sum) {{ ?f mrd:additiveIn total:{slug} ; mrd:amountJPY ?a }}"
    )
    return million(row["sum"])


@pytest.fixture(scope="module")
def real_rows(sheet_files: list[Path]) -> Callable[[int, str], dict[str, Any]]:
    """Find the row of a sheet number in the real file of a year."""
    loaded: dict[int, dict[str, dict[str, Any]]] = {}

    def find(year: int, number: str) -> dict[str, Any]:
        if year not in loaded:
            path = next(each for each in sheet_files if str(year) in each.name)
            lines = zstandard.decompress(path.read_bytes(), max_output_size=1 << 28).splitlines()
            rows = (json.loads(line, parse_float=Decimal) for line in lines)
            loaded[year] = {f"{row['府省庁']} {row['事業番号']}": row for row in rows}
        found: dict[str, Any] = loaded[year][number]
        return found

    return find


def budget(row: dict[str, Any], year: int) -> dict[str, Decimal]:
    return next(each for each in row["予算"] if each["年度"] == year)


# Trap 1: parents and children, old and new sheets

HEALTH_PROJECTS = {
    "drugs": 18238,
    "devices-healthcare": 2262,
    "regenerative-cell-gene-therapy": 5334,
    "genome-data": 10824,
    "disease-basics": 6202,
    "seeds-infrastructure": 3726,
}


def test_the_health_ministrys_six_projects_and_their_parent(ask: Rows) -> None:
    parts = ask(f"""SELECT ?project ?amount ?whole {{
        ?f mrd:forProgramme/mrd:subProgrammeOf prg:mhlw-medical-rd-subsidy ;
            mrd:inProject ?project ; mrd:fiscalYear fy:2022 ;
            mrd:budgetStage mrds:stage-initial ; {STATED} ?amount ; mrd:includedIn ?whole .
        FILTER NOT EXISTS {{ ?later mrd:supersedes ?f }} }}""")
    assert {row["project"]: million(row["amount"]) for row in parts} == HEALTH_PROJECTS
    assert sum(HEALTH_PROJECTS.values()) == 46586
    (whole,) = {row["whole"] for row in parts}
    (parent,) = ask(f"""SELECT ?amount ?rest ?note {{
        budget:{whole} mrd:amountJPY ?amount ; mrd:remainderJPY ?rest ; mrd:note ?note .
        FILTER (LANG(?note) = "en") }}""")
    assert (million(parent["amount"]), million(parent["rest"])) == (46984, 398)


def test_a_part_is_never_summed_beside_its_whole(ask: Rows) -> None:
    both = ask("""SELECT ?part { ?part mrd:includedIn ?whole ; mrd:amountJPY ?a .
        ?whole mrd:amountJPY ?b . FILTER NOT EXISTS {
            ?part mrd:forProgramme prg:adjustment-fund-programme } }""")
    assert both == []


def test_a_plain_sum_over_the_health_ministry_counts_the_subsidy_once(ask: Rows) -> None:
    (row,) = ask("""SELECT (SUM(?a) AS ?sum) { ?f mrd:amountJPY ?a ; mrd:payer org-:mhlw ;
        mrd:fiscalYear fy:2022 ; mrd:budgetStage mrds:stage-initial ;
        mrd:level mrds:level-appropriation ; mrd:forProgramme ?p .
        ?p mrd:selectedBecause ?why .
        FILTER (?why IN (mrds:selection-amed-bound, mrds:selection-integrated-project)) }""")
    assert million(row["sum"]) == 46984


def test_the_education_ministrys_old_and_new_sheets(ask: Rows) -> None:
    new = ask(f"""SELECT ?programme ?amount {{
        ?f mrd:forProgramme ?programme ; mrd:fiscalYear fy:2022 ; {STATED} ?amount ;
            mrd:budgetStage mrds:stage-initial ; mrd:includedIn ?whole .
        ?programme mrd:succeeds prg:mext-medical-rd-promotion .
        ?whole mrd:forProgramme prg:mext-medical-rd-promotion . }}""")
    assert len(new) == 16
    assert sum(million(row["amount"]) for row in new) == 53114
    (old,) = ask("""SELECT ?amount ?rest { ?f mrd:forProgramme prg:mext-medical-rd-promotion ;
        mrd:fiscalYear fy:2022 ; mrd:budgetStage mrds:stage-initial ;
        mrd:amountJPY ?amount ; mrd:remainderJPY ?rest }""")
    assert (million(old["amount"]), million(old["rest"])) == (53116, 2)
    # From FY2023 on there is no single sheet, and the new ones stand for themselves.
    assert total(ask, "fy2023-initial-appropriation-amed-ministry-share-mext") == 52741 + 6629


@pytest.mark.shared
def test_the_real_children_state_nothing_of_the_year(
    real_rows: Callable[[int, str], dict[str, Any]],
) -> None:
    for child in range(1, 7):
        row = real_rows(2022, f"厚生労働省 2022-厚労-21-1017-{child}")
        assert not any(
            value for each in row["予算"] for key, value in each.items() if key != "年度"
        )
    parent = real_rows(2022, "厚生労働省 2022-厚労-21-1017")
    assert budget(parent, 2022)["当初予算"] == 46984


def test_a_silent_child_is_flagged_and_not_read_as_zero(ask: Rows) -> None:
    rows = ask("SELECT ?e { ?e mrd:hasFlag mrds:flag-reported-under-parent }")
    assert {row["e"] for row in rows} == {f"2022-mhlw-21-1017-{child}" for child in range(1, 7)}
    assert (
        ask("""SELECT ?f { ?f mrd:forProgramme/mrd:subProgrammeOf prg:mhlw-medical-rd-subsidy ;
        mrd:amountJPY|mrd:nonAdditiveAmountJPY 0 }""")
        == []
    )


# Trap 2: the adjustment fund


def test_the_adjustment_fund_is_counted_once_a_year(ask: Rows) -> None:
    rows = ask("""SELECT ?year (SUM(?a) AS ?sum) (COUNT(?f) AS ?n) {
        ?f mrd:drawnFrom fund:adjustment-fund ; mrd:fiscalYear ?year ; mrd:amountJPY ?a ;
            mrd:budgetStage mrds:stage-initial } GROUP BY ?year ORDER BY ?year""")
    assert [row["year"] for row in rows] == [str(year) for year in range(2014, 2024)]
    assert {(million(row["sum"]), row["n"]) for row in rows} == {(17500, "1")}


def test_the_fund_is_not_summed_again_where_it_is_spent(ask: Rows) -> None:
    assert (
        ask("""SELECT ?f { ?f mrd:drawnFrom fund:adjustment-fund ; mrd:amountJPY ?a ;
        mrd:budgetStage ?stage . FILTER (?stage IN
        (mrds:stage-executed, mrds:stage-total, mrds:stage-reserve)) }""")
        == []
    )
    assert (
        ask("""SELECT ?f { ?f mrd:additiveIn/mrd:perimeter mrds:perimeter-amed ;
        mrd:budgetStage mrds:stage-reserve }""")
        == []
    )
    assert (
        ask("""SELECT ?f { ?f mrd:drawnFrom fund:adjustment-fund ;
        mrd:additiveIn/mrd:level mrds:level-transfer }""")
        == []
    )


@pytest.mark.shared
@pytest.mark.parametrize(
    ("year", "number"),
    [(2015, "0036-2"), (2016, "0033"), (2019, "0040"), (2022, "2022-府-21-0137")],
)
def test_every_real_sheet_of_the_fund_budgets_the_same(
    real_rows: Callable[[int, str], dict[str, Any]], year: int, number: str
) -> None:
    assert budget(real_rows(year, f"内閣府 {number}"), year)["当初予算"] == 17500


# Trap 3: restated years


def test_restatements_are_kept_and_the_newest_is_current(ask: Rows) -> None:
    rows = ask(f"""SELECT ?f ?amount ?earlier {{
        ?f mrd:forProgramme prg:mhlw-medical-rd-subsidy ; mrd:fiscalYear fy:2020 ;
            mrd:budgetStage mrds:stage-executed ; {STATED} ?amount .
        OPTIONAL {{ ?f mrd:supersedes ?earlier }} }}""")
    stated = {row["f"]: (million(row["amount"]), row.get("earlier")) for row in rows}
    assert stated == {
        "2021-mhlw-20-1010-fy2020-executed": (120420, None),
        "2022-mhlw-21-1017-fy2020-executed": (120420, "2021-mhlw-20-1010-fy2020-executed"),
        "facts-2023-mhlw-22-0964-fy2020-executed": (
            107133,
            "2022-mhlw-21-1017-fy2020-executed",
        ),
    }
    assert ask("""SELECT ?f { ?later mrd:supersedes ?f . ?f mrd:amountJPY ?a }""") == []


def test_a_restated_value_that_differs_says_so(ask: Rows) -> None:
    rows = ask(f"""SELECT ?f ?flag {{ ?later mrd:supersedes ?f ; {STATED} ?new .
        ?f {STATED} ?old . OPTIONAL {{ ?f mrd:hasFlag ?flag .
            FILTER (?flag = mrds:flag-restated) }}
        FILTER (BOUND(?flag) != (?old != ?new)) }}""")
    assert rows == []


# Trap 4: payee lists are no totals


def test_payments_are_never_summed_and_transfers_only_to_amed(ask: Rows) -> None:
    assert ask("SELECT ?f { ?f mrd:level mrds:level-payment ; mrd:amountJPY ?a } LIMIT 3") == []
    rows = ask("""SELECT DISTINCT ?payee { ?f a mrd:FundingFlow ; mrd:amountJPY ?a ;
        mrd:payee ?payee ; mrd:level mrds:level-transfer }""")
    assert [row["payee"] for row in rows] == ["amed"]


def test_a_transfer_left_standing_from_the_year_before_is_not_summed(ask: Rows) -> None:
    (row,) = ask("""SELECT ?amount ?flag { flow:2018-cabinet-office-0165-a-1
        mrd:nonAdditiveAmountJPY ?amount ; mrd:hasFlag ?flag .
        FILTER (?flag != mrds:flag-payer-inferred)
        FILTER NOT EXISTS { flow:2018-cabinet-office-0165-a-1 mrd:additiveIn ?total } }""")
    assert (million(row["amount"]), row["flag"]) == (55000, "flag-executed-exceeds-total")
    assert total(ask, "fy2017-executed-transfer-amed") == 89218.5


@pytest.mark.shared
def test_the_real_transfer_exceeds_what_its_sheet_executes(
    real_rows: Callable[[int, str], dict[str, Any]],
) -> None:
    row = real_rows(2018, "内閣府 0165")
    paid = [each["支出額"] for each in row["支出先"] if each["グループ"] == "A"]
    assert paid == [55000]
    assert [budget(row, year)["執行額"] for year in (2016, 2017)] == [55000, 30000]
    assert budget(row, 2017)["予算計"] == 30000


def test_no_summed_transfer_exceeds_what_its_programme_executed_and_had(ask: Rows) -> None:
    rows = ask(f"""SELECT ?programme ?year ?paid (MAX(?b) AS ?most) {{
        {{ SELECT ?programme ?year ?sheet (SUM(?a) AS ?paid) {{
            ?flow a mrd:FundingFlow ; mrd:amountJPY ?a ; mrd:forProgramme ?programme ;
                mrd:fiscalYear ?year ; mrd:statedIn ?sheet }}
            GROUP BY ?programme ?year ?sheet }}
        ?figure a mrd:BudgetStatement ; mrd:forProgramme ?programme ; mrd:fiscalYear ?year ;
            mrd:statedIn ?sheet ; {STATED} ?b ; mrd:budgetStage ?stage .
        FILTER (?stage IN (mrds:stage-total, mrds:stage-executed)) }}
        GROUP BY ?programme ?year ?sheet ?paid""")
    assert len(rows) > 60
    assert [row for row in rows if million(row["paid"]) > million(row["most"]) + 1] == []


@pytest.mark.parametrize(
    ("place", "executed", "had"),
    [
        ("judgit-2022.ndjson.zst:280#", 9936, 9935),
        ("judgit-2022.ndjson.zst:3085#", 61861, 61860),
        ("judgit-2021.ndjson.zst:160#", 20136.9, 20136.88),
        ("judgit-2021.ndjson.zst:2698#", 1618.5, 1618.457),
    ],
)
def test_rounding_alone_flags_no_execution(
    ask: Rows, place: str, executed: float, had: float
) -> None:
    rows = ask(f"""SELECT ?f {{ ?f a mrd:BudgetStatement ; {STATED} {executed * MILLION:.0f} ;
        mrd:budgetStage mrds:stage-executed ; mrd:fiscalYear ?year ; mrd:sourceLocator ?place .
        ?t a mrd:BudgetStatement ; {STATED} {had * MILLION:.0f} ; mrd:statedIn ?sheet ;
        mrd:budgetStage mrds:stage-total ; mrd:fiscalYear ?year . ?f mrd:statedIn ?sheet
        FILTER (STRSTARTS(?place, "{place}"))
        FILTER NOT EXISTS {{ ?f mrd:hasFlag mrds:flag-executed-exceeds-total }} }}""")
    assert len(rows) == 1


# Trap 7: two names of one programme


def test_renamed_programmes_are_one_and_counted_once(ask: Rows) -> None:
    for programme, names in {
        "meti-advanced-medical-devices": 2,
        "meti-prevention-health-rd-platform": 3,
    }.items():
        rows = ask(
            f"""SELECT DISTINCT ?name {{ prg:{programme} rdfs:label|skos:altLabel ?name }}"""
        )
        assert len(rows) >= names
        counted = ask(f"""SELECT ?year (COUNT(?f) AS ?n) {{ ?f mrd:forProgramme prg:{programme} ;
            a mrd:BudgetStatement ; mrd:fiscalYear ?year ; mrd:amountJPY ?a ;
            mrd:budgetStage mrds:stage-initial }} GROUP BY ?year""")
        assert {row["n"] for row in counted} == {"1"}


def test_an_institute_that_became_another_is_counted_once(ask: Rows) -> None:
    rows = ask(f"""SELECT ?f ?programme ?additive {{ ?f mrd:fiscalYear fy:2015 ;
        mrd:budgetStage mrds:stage-initial ; mrd:forProgramme ?programme ; {STATED} ?a .
        FILTER (?programme IN (prg:nirs-operating-grant, prg:qst-operating-grant))
        OPTIONAL {{ ?f mrd:amountJPY ?additive }} }}""")
    assert {row["programme"] for row in rows} == {"nirs-operating-grant", "qst-operating-grant"}
    assert sum("additive" in row for row in rows) == 1


# Trap 8: years


def test_a_sheet_spends_the_year_before_and_requests_the_year_after(ask: Rows) -> None:
    late = ask("""SELECT ?f { ?f mrd:statedIn ?sheet ; mrd:budgetStage mrds:stage-request ;
        mrd:fiscalYear/mrd:yearNumber ?year . ?sheet a mrd:ReviewSheet ;
        mrd:publicationYear ?published . FILTER (?year != ?published + 1) }""")
    paid = ask("""SELECT ?f { ?f a mrd:FundingFlow ; mrd:statedIn ?sheet ;
        mrd:fiscalYear/mrd:yearNumber ?year . ?sheet a mrd:ReviewSheet ;
        mrd:publicationYear ?published . FILTER (?year != ?published - 1) }""")
    assert (late, paid) == ([], [])


# Traps 10 and 13: organisations and persons


def test_every_shipped_corporate_number_is_valid_and_of_one_organisation(ask: Rows) -> None:
    rows = ask("SELECT ?org ?number { ?org mrd:corporateNumber ?number }")
    numbers = [row["number"] for row in rows]
    assert len(numbers) > 1600
    assert len(set(numbers)) == len(numbers)
    assert all(is_valid(number) for number in numbers)


def test_every_shipped_name_of_a_payee_may_be_shown(ask: Rows) -> None:
    rows = ask("""SELECT DISTINCT ?name ?number { ?f mrd:payee ?org .
        ?org a mrd:Organization ; rdfs:label|skos:altLabel ?name .
        OPTIONAL { ?org mrd:corporateNumber ?number } }""")
    assert len(rows) > 1500
    shown = [row["name"] for row in rows if not may_be_named(row["name"])]
    numbered = {row["name"] for row in rows if "number" in row}
    # No natural person has a 法人番号, whatever the name looks like.
    assert set(shown) <= numbered
    assert {"慶應義塾", "川崎市", "堺市"} <= set(shown)
    assert [name for name in numbered if name.startswith("法人番号")] == []


@pytest.mark.shared
def test_no_name_that_may_not_be_shown_is_in_any_shipped_file(
    decided_sheets: list[tuple[Sheet, Decision]], shipped_files: list[Path]
) -> None:
    payments = [payment for sheet, _ in decided_sheets for payment in sheet.payments]
    numbered = {each.payee.strip() for each in payments if each.corporate_number is not None}
    hidden = {
        payment.payee.strip()
        for payment in payments
        if payment.corporate_number is None and not may_be_named(payment.payee)
    } - numbered
    assert len(hidden) > 200
    shipped = "\n".join(path.read_text("utf-8") for path in shipped_files)
    assert [name for name in hidden if name and f'"{name}"' in shipped] == []


def test_an_organisation_without_number_shares_no_name_with_one_numbered_node(ask: Rows) -> None:
    rows = ask("""SELECT ?one (COUNT(DISTINCT ?other) AS ?n) { ?one rdfs:label ?name .
        ?other rdfs:label ?name ; mrd:corporateNumber ?number .
        FILTER NOT EXISTS { ?one mrd:corporateNumber ?any } } GROUP BY ?one""")
    # Where a name is shared, other sheets of the government show that several numbers bear it.
    assert len(rows) < 10


# Traps 12 and 14: noise, zero, totals


def test_float_noise_is_gone_from_the_yen_and_kept_in_the_token(ask: Rows) -> None:
    (row,) = ask("""SELECT ?yen ?printed { budget:2017-cabinet-office-0034-fy2016-total
        mrd:nonAdditiveAmountJPY ?yen ; mrd:amountAsPrinted ?printed ;
        mrd:hasFlag mrds:flag-float-noise }""")
    assert (row["yen"], row["printed"]) == ("18231374107", "18231.374107000003百万円")


@pytest.mark.shared
def test_every_real_figure_of_the_fund_is_shipped_to_the_yen(
    real_rows: Callable[[int, str], dict[str, Any]], ask: Rows
) -> None:
    row = real_rows(2019, "内閣府 0040")
    expected = {
        (each["年度"], round(value * MILLION))
        for each in row["予算"]
        for name, value in each.items()
        if name != "年度" and value
    }
    rows = ask(f"""SELECT ?year ?amount {{ ?f mrd:statedIn sheet:2019-cabinet-office-0040 ;
        {STATED} ?amount ; mrd:fiscalYear/mrd:yearNumber ?year }}""")
    assert {(int(each["year"]), int(each["amount"])) for each in rows} == expected
    assert len(rows) == 19


# Printed totals

PRINTED = {
    "fy2015-initial-appropriation-amed": (124827, -27),
    "fy2016-initial-appropriation-amed": (126469, 31),
    "fy2017-initial-appropriation-amed": (126168, 332),
    "fy2018-initial-appropriation-amed": (126106.9, 493.1),
    "fy2021-initial-appropriation-amed": (126364, -264),
    "fy2020-initial-appropriation-amed-ministry-share-mext": (59222, 1578),
    "fy2017-initial-appropriation-amed-ministry-share-meti": (18302, -2),
}


def test_printed_totals_are_met_with_recorded_remainders(ask: Rows) -> None:
    for slug, (expected, remainder) in PRINTED.items():
        assert total(ask, slug) == expected
        (row,) = ask(f"SELECT ?rest {{ total:{slug} mrd:remainderJPY ?rest }}")
        assert million(row["rest"]) == remainder


def test_the_amed_budget_of_the_policy_year(ask: Rows) -> None:
    assert total(ask, "fy2022-initial-appropriation-amed") == 125144
    shares = {
        ministry: total(ask, f"fy2022-initial-appropriation-amed-ministry-share-{ministry}")
        for ministry in ("mext", "mhlw", "meti", "mic")
    }
    assert shares == {"mext": 59784, "mhlw": 46984, "meti": 17926, "mic": 450}


def test_the_shipped_money_adds_up(money: EmbeddedStore) -> None:
    assert check_totals(money) == []


def test_a_figure_is_an_addend_of_one_perimeter_only(ask: Rows) -> None:
    rows = ask("""SELECT ?f (COUNT(DISTINCT ?perimeter) AS ?n) {
        ?f mrd:additiveIn/mrd:perimeter ?perimeter .
        FILTER (?perimeter != mrds:perimeter-amed-ministry-share) }
        GROUP BY ?f HAVING (?n > 1)""")
    assert rows == []


def labelled(ask: Rows) -> Iterator[str]:
    rows = ask("""SELECT ?s (COUNT(?l) AS ?n) { ?s a ?kind .
        FILTER (?kind != owl:Axiom) OPTIONAL { ?s rdfs:label ?l .
        FILTER (LANG(?l) = "ja") } } GROUP BY ?s HAVING (COUNT(?l) != 1)""")
    yield from (row["s"] for row in rows)


def test_everything_imported_has_exactly_one_japanese_label(ask: Rows) -> None:
    # Described by the policy itself, which this store does not hold.
    assert set(labelled(ask)) <= {"translational-research-program"}


def test_every_subject_has_a_class_and_a_japanese_label(ask: Rows) -> None:
    bare = ask("""SELECT DISTINCT ?s { ?s ?p ?o . FILTER NOT EXISTS { ?s a owl:Axiom }
        FILTER (!EXISTS { ?s a ?kind } || !EXISTS {
        ?s rdfs:label ?label . FILTER (LANG(?label) = "ja") }) }""")
    # Described by the policy itself, which this store does not hold.
    elsewhere = {"amed", "cabinet-office", "translational-research-program"}
    assert {row["s"] for row in bare} == elsewhere
    found = ask("""SELECT ?org ?name { ?org a ?kind ; rdfs:label ?name .
        FILTER (?org IN (org-:jihs, org-:jsps, org-:nict)) }""")
    assert {row["org"]: row["name"] for row in found} == {
        "jihs": "国立健康危機管理研究機構",
        "jsps": "独立行政法人日本学術振興会",
        "nict": "国立研究開発法人情報通信研究機構",
    }


NOTED = {
    "fy2016-request-appropriation-amed": "health ministry",
    "fy2021-executed-transfer-amed": "health ministry",
    "fy2022-total-appropriation-amed": "single sheet",
    "fy2022-carried-in-appropriation-amed": "single sheet",
    "fy2022-executed-appropriation-amed": "programme sheets",
}


def test_totals_say_what_they_lack_in_both_languages(ask: Rows) -> None:
    for slug, about in NOTED.items():
        rows = ask(f"""SELECT ?ja ?en {{ total:{slug} mrd:note ?ja , ?en .
            FILTER (LANG(?ja) = "ja" && LANG(?en) = "en") }}""")
        assert len(rows) == 1
        assert about in rows[0]["en"]
        assert rows[0]["ja"]
    assert ask("SELECT ?n { total:fy2017-request-appropriation-amed mrd:note ?n }") == []
    # What the notes say is so.
    assert (
        ask("""SELECT ?f { ?f mrd:payer org-:mhlw ; mrd:additiveIn ?t .
        { ?t mrd:level mrds:level-transfer } UNION
        { ?t mrd:perimeter mrds:perimeter-amed ; mrd:fiscalYear fy:2016 ;
            mrd:budgetStage mrds:stage-request } }""")
        == []
    )


def test_the_shipped_money_fits_its_limit(shipped_files: list[Path]) -> None:
    assert sum(path.stat().st_size for path in shipped_files) < 25_000_000
    assert len(fact_rows()) > 900
