"""Write the answers of the cookbook anew, where both ways to them agree.

usage: python -m tests.cookbook.record http://127.0.0.1:8000 [name …]
"""

import csv
import sys

import httpx
from tests.cookbook.recipes import FOLDER, recipes, rest_rows, sparql_rows


def main(address: str, names: list[str]) -> int:
    """Record answers; return 1 where the two ways differ.

    Args:
        address: Of a server of the shipped release.
        names: Recipes to record; all for none.
    """
    different = 0
    with httpx.Client(base_url=address, timeout=60) as client:
        for recipe in recipes():
            if names and recipe.name not in names:
                continue
            asked = client.get(recipe.rest.path, params=recipe.rest.parameters)
            queried = client.post("/sparql", data={"query": recipe.sparql})
            if asked.is_error or queried.is_error:
                sys.stdout.write(f"{recipe.name}: {asked.text[:500]} {queried.text[:500]}\n")
                different = 1
                continue
            rows, same = sparql_rows(recipe, queried.json()), rest_rows(recipe, asked.json())
            if sorted(rows) != sorted(same) or not rows:
                missing, further = sorted(set(rows) - set(same)), sorted(set(same) - set(rows))
                sys.stdout.write(
                    f"{recipe.name}: {len(same)} by REST, {len(rows)} by SPARQL\n"
                    f"  SPARQL alone: {missing[:4]}\n  REST alone: {further[:4]}\n"
                )
                different = 1
                continue
            with (FOLDER / f"{recipe.name}.csv").open("w", encoding="utf-8", newline="") as table:
                csv.writer(table, lineterminator="\n").writerows([recipe.columns, *rows])
            sys.stdout.write(f"{recipe.name}: {len(rows)} rows\n")
    return different


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
