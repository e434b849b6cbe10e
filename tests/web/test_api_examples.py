"""The examples in the documentation are what the shipped release answers."""

import json

import httpx
from tests.web.api_examples import FOLDER, examples


def test_every_example_is_what_is_answered(shipped_server: httpx.Client) -> None:
    found = dict(examples(shipped_server))
    written = {
        file.stem: json.loads(file.read_text(encoding="utf-8")) for file in FOLDER.glob("*.json")
    }
    assert set(written) == set(found)
    stale = [name for name, example in found.items() if written[name] != example]
    assert stale == [], "write them anew: python -m tests.web.api_examples ADDRESS"
