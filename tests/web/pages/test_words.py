"""The words of the interface: the same ones in both languages, and formats that read well."""

from collections.abc import Iterator

import pytest

from medrd_kg.web.pages.words import LANGUAGES, counted, table_of_words


def leaves(value: object, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], object]]:
    if isinstance(value, dict):
        for name, each in value.items():
            yield from leaves(each, (*path, str(name)))
    else:
        yield path, value


def test_both_languages_have_the_same_keys() -> None:
    ja, en = ({path for path, _ in leaves(table_of_words(each))} for each in LANGUAGES)
    assert ja == en


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_is_empty_and_keys_are_texts(language: str) -> None:
    for path, value in leaves(table_of_words(language)):
        texts = value if isinstance(value, list) else [value]
        assert all(isinstance(each, str) and each.strip() for each in texts), path


def test_both_languages_take_the_same_fields() -> None:
    ja, en = (dict(leaves(table_of_words(each))) for each in LANGUAGES)
    for path, text in ja.items():
        if isinstance(text, str) and isinstance(en[path], str):
            assert text.count("{") == str(en[path]).count("{"), path


def test_counts_agree_with_their_nouns() -> None:
    forms = ["{n} programme", "{n} programmes"]
    assert [counted(each, forms) for each in (0, 1, 2, 12345)] == [
        "0 programmes",
        "1 programme",
        "2 programmes",
        "12,345 programmes",
    ]
