"""Measure what each kind of page costs a server that runs on this machine.

    MEDRD_KG_CACHE_MB=0 medrd-kg serve &
    tools/measure_pages.py http://127.0.0.1:8000 PID > figures.md

Requests go one after the other, each kind of page with as many things as there are, up to a number.
Wall time is what the client waits; processor time is that of the server's processes together (of
all threads, from the kernel's schedstat), so that other work on the machine does not count.
"""

import argparse
import json
import random
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import quote
from urllib.request import Request, urlopen

LANGUAGES = ("ja", "en")
THINGS = {
    "projects": "projects",
    "diseases": "disease-areas",
    "modalities": "modalities",
    "programmes": "programmes",
    "organizations": "organizations",
    "topics": "topics",
}
"""Kinds of pages about things, with the collections of their things."""
OTHERS = {
    "home": ("/",),
    "lists": ("/projects", "/diseases", "/modalities", "/programmes", "/organizations", "/topics"),
    "search": ("/search?q=がん", "/search?q=cancer", "/search?q=AMED", "/search?q=ワクチン"),
    "flows": ("/flows", "/flows?compare=2021", "/flows?project=drugs", "/flows?stage=executed"),
    "linkage: matrix": ("/linkage", "/linkage?rows=modality&columns=disease-area"),
    "linkage: network": ("/linkage?view=network", "/linkage?view=network&rows=disease-area"),
    "linkage: list": ("/linkage?view=list", "/linkage?view=list&rows=programme&columns=programme"),
    "linkage: overlaps": ("/linkage?view=overlaps",),
    "linkage: gaps": ("/linkage?view=gaps",),
    "query": ("/query",),
    "ontology": ("/ontology", "/ontology/IntegratedProject", "/ontology/disease-cancer"),
    "evidence": ("/evidence", "/evidence/policy-fy2022", "/evidence/policy-fy2022/S045"),
    "quality": ("/quality",),
    "sources": ("/sources", "/sources/data-source/review-sheets-2022"),
    "releases": ("/releases",),
    "review": ("/review",),
    "API": ("/api",),
}


def main() -> None:
    """Print a table of the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("address")
    parser.add_argument("pid", type=int, help="process id of the server")
    parser.add_argument("--samples", type=int, default=20, help="things of each kind")
    parser.add_argument("--warm", action="store_true", help="ask everything once before")
    given = parser.parse_args()
    address = str(given.address).rstrip("/")
    print("| page | requests | wall p50 | wall p95 | processor p50 | processor p95 |")
    print("|---|--:|--:|--:|--:|--:|")
    for kind, paths in _pages(address, given.samples):
        for language in LANGUAGES:
            whole = [f"{address}/{language}{path}" for path in paths]
            whole = whole * -(-given.samples // len(whole))
            for each in whole if given.warm else ():
                _cost(each, given.pid)
            told = [_cost(each, given.pid) for each in whole]
            walls, used = ([1000 * each[part] for each in told] for part in (0, 1))
            figures = [
                _share(walls, 0.5),
                _share(walls, 0.95),
                _share(used, 0.5),
                _share(used, 0.95),
            ]
            shown = " | ".join(f"{each:.1f}" for each in figures)
            print(f"| {kind} ({language}) | {len(whole)} | {shown} |", flush=True)


def _pages(address: str, samples: int) -> Iterator[tuple[str, Sequence[str]]]:
    yield from ((kind, [_quoted(each) for each in paths]) for kind, paths in OTHERS.items())
    chosen = random.Random(5)
    for kind, collection in THINGS.items():
        with urlopen(f"{address}/api/v1/{collection}?limit=1000") as answer:
            slugs = [item["slug"] for item in json.load(answer)["items"]]
        found = chosen.sample(slugs, min(samples, len(slugs)))
        yield kind, [f"/{kind}/{slug}" for slug in found]


def _cost(address: str, pid: int) -> tuple[float, float]:
    """Return the seconds that a page takes: on the wall, and of processors."""
    before = _processor(pid)
    begun = time.perf_counter()
    with urlopen(Request(address, headers={"Accept": "text/html"})) as answer:
        answer.read()
    return time.perf_counter() - begun, _processor(pid) - before


def _processor(pid: int) -> float:
    """Return the processor seconds of a process and all below it."""
    found = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        try:
            found += int((task / "schedstat").read_text().split()[0])
            children = (task / "children").read_text().split()
        except FileNotFoundError:
            continue
        found += sum(int(_processor(int(child)) * 1e9) for child in children)
    return found / 1e9


def _share(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _quoted(path: str) -> str:
    return quote(path, safe="/?=&:,")


if __name__ == "__main__":
    main()
