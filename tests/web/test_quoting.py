"""Parameters in addresses: what the standard library writes, and reads again."""

from urllib.parse import parse_qsl, urlencode

from hypothesis import example, given
from hypothesis import strategies as st

from medrd_kg.web.quoting import quoted_pairs

_TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


@given(pairs=st.lists(st.tuples(_TEXTS, _TEXTS)))
@example(pairs=[("query", "".join(map(chr, range(128))) * 3)])
@example(pairs=[("query", "がん + % & = ~ " * 50)])
def test_pairs_are_written_as_the_standard_library_writes_them(
    pairs: list[tuple[str, str]],
) -> None:
    written = quoted_pairs(pairs)
    assert written == urlencode(pairs)
    assert parse_qsl(written, keep_blank_values=True) == pairs
