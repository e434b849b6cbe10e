"""One organisation, one node: whoever is paid under whatever spelling.

1. A valid 法人番号 is the key.
2. Without one, the whole normalised name (legal form included) meets a numbered organisation if
   exactly one number bears it in all sheets that were read, the taken ones and the others; so do
   public corporations (国立大学法人, 独立行政法人 …) with their form left out or in a former form.
3. Where several numbers bear the name, it gets a node of its own, and each pair is reported as
   doubtful, never merged. The same programme paying one of them is no doubt.

Every spelling that meets a node does so by a named rule (`Rule`), which is kept as data.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Final, NamedTuple

from medrd_kg.sources.review_sheets.iris import name_slug
from medrd_kg.sources.review_sheets.judgements import Judgements, Reason
from medrd_kg.sources.review_sheets.known import KnownOrganisation, known_by_name, known_by_number
from medrd_kg.sources.review_sheets.names import clean, legal_form, match_key
from medrd_kg.sources.review_sheets.persons import may_be_named, may_be_named_with_number

__all__ = ["Merge", "Organisation", "OrganisationDoubt", "OrganisationRegistry", "Rule"]

_PUBLIC_FORMS: Final = frozenset(
    {
        "国立大学法人",
        "公立大学法人",
        "大学共同利用機関法人",
        "国立研究開発法人",
        "独立行政法人",
        "地方独立行政法人",
    }
)


_FEWEST_LETTERS: Final = 3
"""A shorter name without its legal form says nothing about who bears it."""


class Rule(StrEnum):
    """Why a spelling stands for an organisation."""

    NUMBER = "corporate-number"
    """It is printed beside the organisation's 法人番号."""
    REVIEWED = "reviewed-name"
    """The reviewed list gives the organisation this name."""
    SAME_PROGRAMME = "same-programme"
    """The same programme pays exactly one numbered organisation of this normalised name."""
    ONE_NUMBER = "one-number"
    """Exactly one 法人番号 bears this normalised name in all sheets that were read."""
    PUBLIC_FORM = "public-form"
    """A public corporation, alone of its name, whose legal form is left out or a former one."""
    SAME_NAME = "same-name"
    """No 法人番号 is known; the normalised names are equal."""
    JUDGED = "judged"
    """A person judged the two to be one."""


class Merge(NamedTuple):
    """A spelling that was taken for a name of an organisation, and by which rule."""

    organisation: "Organisation"
    spelling: str
    rule: Rule


class OrganisationDoubt(NamedTuple):
    """Two nodes that may be one organisation; they are kept apart."""

    organisation: "Organisation"
    other: "Organisation"
    why: str


@dataclass(slots=True, eq=False)
class Organisation:
    """A payee that may be named.

    Attributes:
        slug: Local name below ``id/organization/``.
        number: Valid 法人番号 or None.
        spellings: How often each printed name occurs.
        programmes: Programmes that pay it.
    """

    slug: str
    number: str | None
    spellings: Counter[str] = field(default_factory=Counter)
    programmes: set[str] = field(default_factory=set)
    _label: str = ""

    def settle(self, label: str = "") -> None:
        """Remember the label, which may be given; no spelling may be added afterwards."""
        self._label = label or self.label

    @property
    def label(self) -> str:
        """The most frequent spelling that is surely no person's name.

        No natural person has a 法人番号: where no spelling of a numbered payee carries an
        institution word (慶應義塾, 川崎市), its most frequent spelling is shown all the same,
        unless a word that reads like a person stands beside the organisation. Of spellings that
        occur equally often, the first in code point order.
        """
        if self._label:
            return self._label
        ranked = [name for _, name in sorted((-n, name) for name, n in self.spellings.items())]
        shown = [name for name in ranked if may_be_named(name)]
        if self.number is not None:
            shown += [name for name in ranked if may_be_named_with_number(name)]
        return shown[0] if shown else f"法人番号{self.number}"

    @property
    def alternatives(self) -> tuple[str, ...]:
        """Other spellings that may be shown, sorted."""
        label = self.label
        return tuple(
            sorted(name for name in self.spellings if name != label and may_be_named(name))
        )


class OrganisationRegistry:
    """Resolves payees; first observe all of them, then resolve."""

    def __init__(
        self,
        bearers: Mapping[str, frozenset[str]] | None = None,
        judgements: Judgements | None = None,
    ) -> None:
        """Start empty.

        Args:
            bearers: The 法人番号 that bear a name, by `match_key`, in all sheets that were read;
                names that are missing are judged by the observed payees alone.
            judgements: What a person judged of names without number.
        """
        self._judged = (judgements or Judgements()).organisations
        self._bearers = bearers or {}
        self._numbered: dict[str, Organisation] = {}
        self._named: dict[str, Organisation] = {}
        self._spelled_programmes: defaultdict[str, set[str]] = defaultdict(set)
        self._key_spellings: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._resolved: dict[tuple[str, str], Organisation] = {}
        self._rules: dict[tuple[str, str], tuple[Organisation, Rule]] = {}

    def observe(self, name: str, number: str | None, programme: str) -> None:
        """Take note of a payee of a programme."""
        shown = clean(name)
        if number is not None:
            known = known_by_number(number)
            entry = self._numbered.setdefault(
                number, Organisation(known.slug if known else f"c{number}", number)
            )
            entry.spellings[shown] += 1
            entry.programmes.add(programme)
        elif may_be_named(name):
            key = match_key(name)
            self._spelled_programmes[key].add(programme)
            self._key_spellings[key][shown] += 1

    @cached_property
    def _by_key(self) -> dict[str, list[Organisation]]:
        keys: defaultdict[str, list[Organisation]] = defaultdict(list)
        for entry in self._numbered.values():
            for key in {match_key(name) for name in entry.spellings}:
                keys[key].append(entry)
        return keys

    @cached_property
    def _by_slug(self) -> dict[str, Organisation]:
        return {entry.slug: entry for entry in self._numbered.values()}

    @cached_property
    def _by_public_name(self) -> dict[str, list[Organisation]]:
        cores: defaultdict[str, list[Organisation]] = defaultdict(list)
        for entry in self._numbered.values():
            for form, core in {legal_form(match_key(name)) for name in entry.spellings}:
                if form in _PUBLIC_FORMS and entry not in cores[core]:
                    cores[core].append(entry)
        return cores

    @cached_property
    def _by_proper_name(self) -> dict[str, list[Organisation]]:
        """Numbered organisations by their name without any legal form."""
        cores: defaultdict[str, dict[str, Organisation]] = defaultdict(dict)
        for key, entries in self._by_key.items():
            for entry in entries:
                cores[legal_form(key)[1]][entry.slug] = entry
        return {core: list(entries.values()) for core, entries in cores.items()}

    def _numbered_for(self, key: str, programme: str) -> tuple[Organisation, Rule] | None:
        """Return the numbered organisation that a name without number surely means."""
        same = self._by_key.get(key, [])
        if same:
            numbers = self._bearers.get(key, frozenset()) | {entry.number for entry in same}
            if len(numbers) == 1:
                return same[0], Rule.ONE_NUMBER
            paid = [entry for entry in same if programme in entry.programmes]
            return (paid[0], Rule.SAME_PROGRAMME) if len(paid) == 1 else None
        form, core = legal_form(key)
        if form in _PUBLIC_FORMS or not form:
            public = self._by_public_name.get(core, [])
            if len(public) == 1:
                return public[0], Rule.PUBLIC_FORM
        return None

    def settle(self, labels: Mapping[str, str] | None = None) -> None:
        """Resolve every observed payee; call once, after the last `observe`.

        Args:
            labels: What organisations are called already, by local name; they keep it, however
                often another spelling occurs.
        """
        for key, programmes in self._spelled_programmes.items():
            for programme in sorted(programmes):
                self._resolve(key, programme)
        for entry in (*self._numbered.values(), *self._named.values()):
            entry.settle((labels or {}).get(entry.slug, ""))

    def resolve(self, name: str, number: str | None, programme: str) -> Organisation | None:
        """Return the organisation of an observed payee, or None where it must stay unnamed."""
        if number is not None:
            return self._numbered[number]
        if not may_be_named(name):
            return None
        return self._resolve(match_key(name), programme)

    def _resolve(self, key: str, programme: str) -> Organisation:
        found = self._resolved.get((key, programme))
        if found is None:
            found, rule = self._judge(key, programme)
            self._resolved[key, programme] = found
            self._rules.setdefault((key, found.slug), (found, rule))
        return found

    def _judge(self, key: str, programme: str) -> tuple[Organisation, Rule]:
        known: KnownOrganisation | None = known_by_name(key)
        if known is not None and known.number is not None and known.number in self._numbered:
            return self._numbered[known.number], Rule.REVIEWED
        if known is None:
            judged = self._judged.get(name_slug(key))
            same = self._by_slug.get(judged.other.rpartition("/")[2]) if judged else None
            if same is not None:
                return same, Rule.JUDGED
            numbered = self._numbered_for(key, programme)
            if numbered is not None:
                return numbered
        if key not in self._named:
            slug = known.slug if known else name_slug(key)
            entry = Organisation(slug, known.number if known else None)
            entry.spellings.update(self._key_spellings[key])
            self._named[key] = entry
        return self._named[key], Rule.SAME_NAME if known is None else Rule.REVIEWED

    def organisations(self) -> Iterator[Organisation]:
        """Yield every organisation that was resolved or numbered, by slug."""
        by_slug: dict[str, Organisation] = {}
        for entry in [*self._numbered.values(), *self._named.values()]:
            first = by_slug.setdefault(entry.slug, entry)
            if first is not entry:
                number = first.number or entry.number
                both = Organisation(entry.slug, number, first.spellings + entry.spellings)
                by_slug[entry.slug] = both
        yield from sorted(by_slug.values(), key=lambda entry: entry.slug)

    def doubtful_pairs(self) -> Iterator[tuple[Organisation, Organisation]]:
        """Yield an organisation without number beside a numbered one of the same name."""
        for key, entry in sorted(self._named.items()):
            for numbered in self._by_key.get(key, []):
                yield entry, numbered

    def merges(self) -> Iterator[Merge]:
        """Yield every spelling that stands for an organisation beside its label, with the rule.

        Spellings that may not be shown are left out.
        """
        for entry in sorted(self._numbered.values(), key=lambda each: each.slug):
            for spelling in entry.alternatives:
                yield Merge(entry, spelling, Rule.NUMBER)
        for key, slug in sorted(self._rules):
            entry, rule = self._rules[key, slug]
            label = entry.label
            printed = entry.spellings if entry.number in self._numbered else {}
            for spelling in sorted(self._key_spellings[key]):
                if spelling != label and spelling not in printed:
                    yield Merge(entry, spelling, rule)

    def namesakes(self, name: str) -> list[Organisation]:
        """Return the numbered organisations that bear a name, by their local names."""
        return sorted(self._by_key.get(match_key(name), []), key=lambda entry: entry.slug)

    def doubts(self) -> Iterator[OrganisationDoubt]:
        """Yield what may be one organisation and was kept apart, and why."""
        for entry, numbered in self.doubtful_pairs():
            yield OrganisationDoubt(entry, numbered, Reason.NAMESAKES)
        for key, entry in sorted(self._named.items()):
            if key in self._by_key:
                continue
            core = legal_form(key)[1]
            if len(core) < _FEWEST_LETTERS:
                continue
            for numbered in sorted(self._by_proper_name.get(core, []), key=lambda one: one.slug):
                yield OrganisationDoubt(entry, numbered, Reason.LEGAL_FORM)
