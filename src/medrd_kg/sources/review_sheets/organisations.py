"""One organisation, one node: whoever is paid under whatever spelling.

1. A valid 法人番号 is the key.
2. Without one, the whole normalised name (legal form included) meets a numbered organisation if
   exactly one number bears it in all sheets that were read, the taken ones and the others; so do
   public corporations (国立大学法人, 独立行政法人 …) with their form left out or in a former form.
3. Where several numbers bear the name, it gets a node of its own, and each pair is reported as
   doubtful, never merged. The same programme paying one of them is no doubt.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from medrd_kg.sources.review_sheets.iris import ascii_slug, hashed
from medrd_kg.sources.review_sheets.known import KnownOrganisation, known_by_name, known_by_number
from medrd_kg.sources.review_sheets.names import clean, legal_form, match_key
from medrd_kg.sources.review_sheets.persons import may_be_named, may_be_named_with_number

__all__ = ["Organisation", "OrganisationRegistry"]

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


@dataclass(slots=True)
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

    @property
    def label(self) -> str:
        """The most frequent spelling that is surely no person's name.

        No natural person has a 法人番号: where no spelling of a numbered payee carries an
        institution word (慶應義塾, 川崎市), its most frequent spelling is shown all the same,
        unless a word that reads like a person stands beside the organisation. Of spellings that
        occur equally often, the first in code point order.
        """
        ranked = [name for _, name in sorted((-n, name) for name, n in self.spellings.items())]
        shown = [name for name in ranked if may_be_named(name)]
        if self.number is not None:
            shown += [name for name in ranked if may_be_named_with_number(name)]
        return shown[0] if shown else f"法人番号{self.number}"

    @property
    def alternatives(self) -> tuple[str, ...]:
        """Other spellings that may be shown, sorted."""
        return tuple(
            sorted(name for name in self.spellings if name != self.label and may_be_named(name))
        )


class OrganisationRegistry:
    """Resolves payees; first observe all of them, then resolve."""

    def __init__(self, bearers: Mapping[str, frozenset[str]] | None = None) -> None:
        """Start empty.

        Args:
            bearers: The 法人番号 that bear a name, by `match_key`, in all sheets that were read;
                names that are missing are judged by the observed payees alone.
        """
        self._bearers = bearers or {}
        self._numbered: dict[str, Organisation] = {}
        self._named: dict[str, Organisation] = {}
        self._spelled_programmes: defaultdict[str, set[str]] = defaultdict(set)
        self._key_spellings: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._resolved: dict[tuple[str, str], Organisation] = {}

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
    def _by_public_name(self) -> dict[str, list[Organisation]]:
        cores: defaultdict[str, list[Organisation]] = defaultdict(list)
        for entry in self._numbered.values():
            for form, core in {legal_form(match_key(name)) for name in entry.spellings}:
                if form in _PUBLIC_FORMS and entry not in cores[core]:
                    cores[core].append(entry)
        return cores

    def _numbered_for(self, key: str, programme: str) -> Organisation | None:
        """Return the numbered organisation that a name without number surely means."""
        same = self._by_key.get(key, [])
        paid = [entry for entry in same if programme in entry.programmes]
        if len(paid) == 1:
            return paid[0]
        if same:
            numbers = self._bearers.get(key, frozenset()) | {entry.number for entry in same}
            return same[0] if len(numbers) == 1 else None
        form, core = legal_form(key)
        if form in _PUBLIC_FORMS or not form:
            public = self._by_public_name.get(core, [])
            if len(public) == 1:
                return public[0]
        return None

    def resolve(self, name: str, number: str | None, programme: str) -> Organisation | None:
        """Return the organisation of an observed payee, or None where it must stay unnamed."""
        if number is not None:
            return self._numbered[number]
        if not may_be_named(name):
            return None
        key = match_key(name)
        found = self._resolved.get((key, programme))
        if found is None:
            found = self._settle(key, programme)
            self._resolved[key, programme] = found
        return found

    def _settle(self, key: str, programme: str) -> Organisation:
        known: KnownOrganisation | None = known_by_name(key)
        if known is not None and known.number is not None and known.number in self._numbered:
            return self._numbered[known.number]
        if known is None:
            numbered = self._numbered_for(key, programme)
            if numbered is not None:
                return numbered
        if key not in self._named:
            slug = known.slug if known else self._slug_of_name(key)
            entry = Organisation(slug, known.number if known else None)
            entry.spellings.update(self._key_spellings[key])
            self._named[key] = entry
        return self._named[key]

    @staticmethod
    def _slug_of_name(key: str) -> str:
        return (ascii_slug(key) if key.isascii() else "") or f"n-{hashed(key)}"

    def organisations(self) -> Iterator[Organisation]:
        """Yield every organisation that was resolved or numbered, by slug."""
        by_slug: dict[str, Organisation] = {}
        for entry in [*self._numbered.values(), *self._named.values()]:
            first = by_slug.setdefault(entry.slug, entry)
            if first is not entry:
                first.spellings.update(entry.spellings)
                first.number = first.number or entry.number
        yield from sorted(by_slug.values(), key=lambda entry: entry.slug)

    def doubtful_pairs(self) -> Iterator[tuple[Organisation, Organisation]]:
        """Yield an organisation without number beside a numbered one of the same name."""
        for key, entry in sorted(self._named.items()):
            for numbered in self._by_key.get(key, []):
                yield entry, numbered
