"""Blocks of a sheet, its edition, its indicators and the policies that it names."""

from collections.abc import Iterator
from typing import Final

from medrd_kg.sources.known_graph import KnownGraph
from medrd_kg.sources.review_sheets.iris import hashed
from medrd_kg.sources.review_sheets.names import match_key
from medrd_kg.sources.review_sheets.turtle import Block, decimal, integer, term, text
from medrd_kg.sources.review_sheets.units import responsible_units, unit_block
from medrd_kg.sources.review_sheets.years import era_name
from medrd_kg.sources.rs_system.chaining import Link
from medrd_kg.sources.rs_system.records import Indicator, PolicyLink, RsSheet

__all__ = ["edition_blocks", "indicator_blocks", "policy_blocks", "source_block"]

_LONGEST_TERM: Final = 25
_RULES_JA: Final = {
    "reviewed": "確認済み一覧",
    "rs-id": "予算事業ID",
    "predecessor": "旧事業番号",
    "name": "府省庁と事業名",
    "inner-name": "事業名の（うち…）",
}


def source_block(year: int) -> Block:
    """Return the block of the CSV files of one year."""
    block = Block(term("source", f"rs-system-{year}"), "DataSource")
    block.add("rdfs:label", text(f"RSシステム公開データ（{year}年度、CSV）", "ja"))
    block.add("mrd:publicationYear", integer(year))
    return block.add("dcterms:source", text("https://rssystem.go.jp/"))


def edition_blocks(sheet: RsSheet, link: Link) -> Iterator[Block]:
    """Yield the sheet as a document, the edition that it describes, and its units."""
    document = Block(term("sheet", sheet.slug), "ReviewSheet")
    title = f"行政事業レビューシート 予算事業ID {sheet.identifier}（RSシステム{sheet.year}年度）"
    document.add("rdfs:label", text(title, "ja"))
    document.add("mrd:publicationYear", integer(sheet.year))
    document.add("mrd:sheetNumber", text(str(sheet.identifier)))
    document.add("mrd:preparedBy", term("org-", sheet.ministry.slug))
    document.add("mrd:partOf", term("source", f"rs-system-{sheet.year}"))
    yield document.add("mrd:sourceLocator", text(sheet.place))

    edition = Block(term("edition", sheet.slug), "ProgrammeEdition")
    edition.add("rdfs:label", text(f"{sheet.name}（RSシステム{sheet.year}年度）", "ja"))
    edition.add("mrd:printedName", text(sheet.name))
    edition.add("mrd:publicationYear", integer(sheet.year))
    edition.add("mrd:sheetNumber", text(str(sheet.identifier)))
    edition.add("mrd:programmeId", text(str(sheet.identifier)))
    edition.add("mrd:editionOf", term("prg", link.programme))
    edition.add("mrd:describedBy", term("sheet", sheet.slug))
    edition.add("mrd:statedIn", term("sheet", sheet.slug))
    for slug, label in responsible_units(sheet.ministry, sheet.bureau):
        edition.add("mrd:responsibleUnit", term("org-", slug))
        unit = unit_block(slug, label, sheet.ministry)
        if unit is not None:
            yield unit
    if sheet.start_year is not None:
        edition.add("mrd:startYear", integer(sheet.start_year))
    if sheet.end_year is not None:
        edition.add("mrd:endYear", integer(sheet.end_year))
    if link.rule != "first":
        equal = link.equal
        ja = f"前の版との接続：{_RULES_JA[link.rule]}、再掲された同額{equal}件。"
        en = f"Continues the earlier edition by {link.rule}; {equal} restated figures are equal."
        edition.add("mrd:note", text(ja, "ja"), text(en, "en"))
    yield edition


def indicator_blocks(sheet: RsSheet, programme: str) -> Iterator[Block]:
    """Yield indicators that have a target or result, with one result a fiscal year."""
    stated = (each for each in sheet.indicators.values() if each.years)
    for count, indicator in enumerate(stated, 1):
        slug = f"rs-{sheet.year}-{sheet.identifier}-{count}"
        yield _indicator(sheet, programme, indicator, slug, count)
        for year, value in sorted(indicator.years.items()):
            block = Block(term("result", f"{slug}-fy{year}"), "IndicatorResult")
            label = f"{sheet.name} 指標{count} {era_name(year)}（RSシステム{sheet.year}年度）"
            block.add("rdfs:label", text(label, "ja"))
            block.add("mrd:resultOf", term("ind", slug))
            block.add("mrd:fiscalYear", term("fy", str(year)))
            if value.achieved is not None:
                block.add("mrd:achievedValue", decimal(value.achieved))
            if value.target is not None:
                block.add("mrd:targetValue", decimal(value.target))
            block.add("mrd:statedIn", term("sheet", sheet.slug))
            yield block.add("mrd:sourceLocator", text(value.place))


def _indicator(
    sheet: RsSheet, programme: str, indicator: Indicator, slug: str, count: int
) -> Block:
    block = Block(term("ind", slug), "Indicator")
    label = f"{sheet.name} 指標{count}（RSシステム{sheet.year}年度）"
    block.add("rdfs:label", text(label, "ja"))
    # Measures are sentences of others; short terms alone are shown.
    if len(indicator.measure) <= _LONGEST_TERM:
        block.add("skos:altLabel", text(indicator.measure, "ja"))
    if indicator.unit and len(indicator.unit) <= _LONGEST_TERM:
        block.add("mrd:unitOfMeasure", text(indicator.unit))
    block.add("mrd:indicatorOf", term("prg", programme))
    block.add("mrd:statedIn", term("sheet", sheet.slug))
    return block.add("mrd:sourceLocator", text(indicator.place))


def policy_blocks(sheet: RsSheet, programme: str, known: KnownGraph) -> Iterator[Block]:
    """Yield the links of a programme to policies, laws and plans, and documents not known yet.

    A title that exactly one document of the graph bears, as a whole, is that document.
    """
    links = Block(term("prg", programme))
    for each in sheet.policies:
        same = known.documents.get(match_key(each.title), set()) if each.kind != "policy" else set()
        if len(same) == 1:
            document = next(iter(same))
        else:
            block = _document(sheet, each)
            document = block.subject
            yield block
        links.add("mrd:basedOn" if each.kind == "law" else "mrd:steeredBy", document)
    if not links.is_empty:
        yield links


def _document(sheet: RsSheet, link: PolicyLink) -> Block:
    # The policies of two ministries may bear one name; laws and plans are the whole government's.
    whose = sheet.ministry.slug if link.kind == "policy" else ""
    slug = f"rs-{link.kind}-{hashed(f'{whose}|{match_key(link.title)}')}"
    kind = "Law" if link.kind == "law" and link.number else "Document"
    block = Block(term("doc", slug), kind).add("rdfs:label", text(link.title, "ja"))
    if kind == "Law":
        block.add("mrd:documentNumber", text(link.number))
    if link.address:
        block.add("dcterms:source", text(link.address))
    return block
