"""Why spellings stand for an organisation and sheets for a programme, as data: one axiom each."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from medrd_kg.sources.review_sheets.chains import Chain, ChainLink
from medrd_kg.sources.review_sheets.iris import hashed, name_slug, sheet_slug
from medrd_kg.sources.review_sheets.judgements import Judgement, Judgements
from medrd_kg.sources.review_sheets.known import known_organisations
from medrd_kg.sources.review_sheets.names import match_key
from medrd_kg.sources.review_sheets.organisations import Merge, Rule
from medrd_kg.sources.review_sheets.turtle import Block, iri, term, text, typed
from medrd_kg.vocabulary import ID

__all__ = ["REASONS", "chain_reasons", "merge_reasons"]

REASONS: Final = "linked-names"
"""Name of the file; its statements stand in the graph of computed links."""

_STATED_WITH_THE_ORGANISATION: Final = frozenset({Rule.NUMBER, Rule.SAME_NAME})
_MERGES: Final[Mapping[Rule, tuple[str, str]]] = {
    Rule.NUMBER: (
        "この表記は同じ法人番号とともに記載されている。",
        "This spelling is printed beside the same Corporate Number.",
    ),
    Rule.REVIEWED: (
        "確認済みの一覧がこの名称をこの組織のものとしている。",
        "The reviewed list gives the organisation this name.",
    ),
    Rule.SAME_PROGRAMME: (
        "同じ事業が、正規化した名称が等しく法人番号をもつ組織へ支出しており、それは一つだけである。",
        "The same programme pays exactly one numbered organisation of this normalised name.",
    ),
    Rule.ONE_NUMBER: (
        "正規化した名称が等しい法人番号は、読み取ったすべてのシートに一つだけである。",
        "Exactly one Corporate Number bears this normalised name in all sheets that were read.",
    ),
    Rule.PUBLIC_FORM: (
        "公的な法人で、法人格の省略または旧称のほかは名称が等しく、該当する法人番号は一つだけである。",
        "The name of one public corporation alone, its legal form left out or a former one.",
    ),
    Rule.JUDGED: (
        "確認者が、二つを一つの組織と判断した。",
        "A person judged the two to be one organisation.",
    ),
    Rule.SAME_NAME: (
        "法人番号の記載がなく、正規化した名称が等しい。",
        "No Corporate Number is stated; the normalised names are equal.",
    ),
}
_CHAINS: Final[Mapping[str, tuple[str, str]]] = {
    "reviewed": ("確認済みの一覧による", "the reviewed list"),
    "predecessor": ("前身シートの参照による", "its reference to an earlier sheet"),
    "programme-id": ("同じ事業IDによる", "the same programme id"),
    "name": ("同じ府省庁と名称による", "the same ministry and name"),
    "judged": ("確認者の判断による", "a person's judgement"),
    "former-name": ("名称に記された旧名称による", "the former name that its name states"),
}


def _axiom(slug: str, source: str, predicate: str, target: str, notes: tuple[str, str]) -> Block:
    block = Block(term("axiom", slug)).add("a", "owl:Axiom")
    block.add("owl:annotatedSource", source)
    block.add("owl:annotatedProperty", predicate)
    block.add("owl:annotatedTarget", target)
    block.add("mrd:assertionBasis", term("mrds", "basis-computed"))
    return block.add("mrd:note", text(notes[0], "ja"), text(notes[1], "en"))


def _judged_by(block: Block, judgement: Judgement | None) -> Iterator[Block]:
    """Yield an axiom with who judged so and when, and who that is."""
    if judgement is not None:
        reviewer = iri(f"{ID}reviewer/{judgement.by}")
        block.add("prov:wasAttributedTo", reviewer)
        block.add("prov:generatedAtTime", typed(judgement.at, "xsd:dateTime"))
        agent = Block(reviewer).add("a", "prov:Agent")
        yield agent.add("rdfs:label", text(judgement.by, "en"), text(judgement.by, "ja"))
    yield block


def merge_reasons(merges: Iterable[Merge], judgements: Judgements) -> Iterator[Block]:
    """Yield the reason of every spelling of an organisation beside its label.

    Where the spelling is nowhere printed beside the organisation's number, the block that makes
    it an alternative name comes first.
    """
    for organisation, spelling, rule in merges:
        known = known_organisations().get(organisation.slug)
        if known is not None and spelling in {known.name, *known.other_names}:
            continue
        subject, name = term("org-", organisation.slug), text(spelling, "ja")
        if rule not in _STATED_WITH_THE_ORGANISATION:
            yield Block(subject).add("skos:altLabel", name)
        ja, en = _MERGES[rule]
        slug = f"{organisation.slug}-named-{hashed(spelling)}"
        notes = f"規則 {rule}：{ja}", f"Rule {rule}: {en}"
        judged = judgements.organisations.get(name_slug(match_key(spelling)))
        axiom = _axiom(slug, subject, "skos:altLabel", name, notes)
        yield from _judged_by(axiom, judged if rule is Rule.JUDGED else None)


def chain_reasons(chains: Iterable[Chain], judgements: Judgements) -> Iterator[Block]:
    """Yield the reason why each sheet continues its programme; the first of a chain needs none."""
    for chain in chains:
        for _, link in chain.pairs():
            judged = judgements.programmes.get(link.key.slug) if link.rule == "judged" else None
            yield from _judged_by(_continuation(chain, link), judged)


def _continuation(chain: Chain, link: ChainLink) -> Block:
    key = link.key
    slug = sheet_slug(key.publication_year, key.ministry, key.number)
    ja, en = _CHAINS[link.rule]
    same, other = link.equal, link.different
    notes = (
        f"規則 {link.rule}：{ja}。前の版と一致する再掲額{same}件、相違{other}件。",
        f"Rule {link.rule}: {en}. Figures that both state: {same} equal, {other} different.",
    )
    programme = term("prg", chain.slug)
    block = _axiom(f"{slug}-edition", term("edition", slug), "mrd:editionOf", programme, notes)
    return block.add("dcterms:source", term("sheet", slug))
