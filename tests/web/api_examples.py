"""The example of each address in ``docs/api-examples``: written by ``python -m`` with an address.

usage: python -m tests.web.api_examples http://127.0.0.1:8000

A file has the request and the JSON that answers it. So that it can be read, lists are cut after
two members; the address of the service and the state of the data stand for any.
"""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import httpx
from tests.web.walking import address_of, reads

FOLDER: Final = Path(__file__).resolve().parents[2] / "docs" / "api-examples"
_SERVICE: Final = "http://127.0.0.1:8000"
_RELEASE: Final = "<release>"
_SEARCHED_ON: Final = re.compile(r"(/api/v1/search\?[^\"]*cursor=)[\w-]+")
"""The next page of a search, whose cursor names the index and thereby the data."""
_SHOWN: Final = 2
_OF_DISK: Final = "/api/v1/releases"
"""What these tell (sizes, dates, checksums) is another on each machine."""


def examples(client: httpx.Client) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the name of each operation that reads below ``/api/v1``, and its example."""
    described = client.get("/openapi.json").raise_for_status().json()
    for path, operation in reads(described):
        if path.startswith(_OF_DISK):
            continue
        address = address_of(client, path, operation)
        taken = {each["name"] for each in operation["parameters"]}
        if {"limit", "cursor"} <= taken:
            address += f"{'&' if '?' in address else '?'}limit={_SHOWN}"
        response = client.get(address)
        response.raise_for_status()
        answer = _cut(json.loads(_neutral(response.text, str(client.base_url))))
        state = answer.get("release")
        yield operation["operationId"], {"request": address, "response": _without(answer, state)}


def _neutral(text: str, address: str) -> str:
    """Put the documented address in the place of the service's, and a word in that of a cursor."""
    return _SEARCHED_ON.sub(r"\1<cursor>", text.replace(address.rstrip("/"), _SERVICE))


def _cut(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, list):
        return [_cut(each) for each in value[:_SHOWN]]
    if isinstance(value, dict):
        return {name: _cut(each) for name, each in value.items()}
    return value


def _without(value: Any, state: str | None) -> Any:  # noqa: ANN401 - any JSON value
    """Put a word in the place of the state of the data, whose name is another at each build."""
    if isinstance(value, list):
        return [_without(each, state) for each in value]
    if isinstance(value, dict):
        return {name: _without(each, state) for name, each in value.items()}
    if isinstance(value, str) and state is not None and value and state.startswith(value):
        return _RELEASE
    return value


def main(address: str) -> None:
    """Write all examples anew, once the service has answered every one."""
    with httpx.Client(base_url=address, timeout=60) as client:
        answered = dict(examples(client))
    FOLDER.mkdir(parents=True, exist_ok=True)
    for file in FOLDER.glob("*.json"):
        file.unlink()
    for name, example in answered.items():
        text = json.dumps(example, ensure_ascii=False, indent=1)
        (FOLDER / f"{name}.json").write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
