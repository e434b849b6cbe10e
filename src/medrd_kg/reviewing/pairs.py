"""Doubtful pairs of the import of sheets: told with their judgement, and judged.

A judgement is kept at once; the next import of sheets heeds it, the same files suffice.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from medrd_kg.problems import Problem
from medrd_kg.reviewing.journal import Act, noted
from medrd_kg.reviewing.proposals import Outcome
from medrd_kg.sources.documents.decisions import State, checked_handle
from medrd_kg.sources.documents.keeping import read_json, review_dir, under_lock, write_whole
from medrd_kg.sources.review_sheets.judgements import (
    APART,
    JOINED,
    Judgement,
    Judgements,
    Reason,
    pair_id,
)

__all__ = ["PAIRS", "judge_pairs", "pair_documents"]

PAIRS: Final = "review-sheets"
"""Name of the review of pairs, beside those of documents."""
_ACTIONS: Final = {State.ACCEPTED: "accept", State.REJECTED: "reject"}
_SHOWN: Final = 5


def pair_documents(data_dir: Path) -> list[dict[str, Any]] | None:
    """Return the doubtful pairs of the last import of sheets, each with its state.

    They were kept apart, or joined on little evidence. What was judged and is no such pair any more
    follows, so that a judgement can be taken back.

    Args:
        data_dir: The data folder.

    Returns:
        The pairs; None where no sheets were imported.

    Raises:
        Problem: ``invalid-data``: a file is damaged.
    """
    path = review_dir(data_dir) / f"{PAIRS}-pairs.json"
    if not path.is_file():
        return None
    pairs = read_json(path)
    judgements = Judgements.read(_file(data_dir))
    try:
        told = [_told(each, judgements) for each in pairs]
    except (KeyError, TypeError) as error:
        raise Problem(
            "invalid-data", f"{path.name} was written by another version", "import the sheets again"
        ) from error
    there = {each["id"] for each in told}
    settled = [_settled(each) for each in judgements.given]
    return [*told, *(each for each in settled if each["id"] not in there)]


def _told(pair: dict[str, Any], judgements: Judgements) -> dict[str, Any]:
    key = pair["kind"], pair["one"], pair["other"]
    return {
        "id": pair_id(*key),
        "state": State(judgements.state_of(*key) or State.OPEN),
        "of": pair["kind"],
        "outcome": pair["outcome"],
        "one": _candidate(pair, "one"),
        "other": _candidate(pair, "other"),
        "why": pair["why"],
        "equalFigures": pair["equal_figures"],
        "differentFigures": pair["different_figures"],
    }


def _settled(judged: Judgement) -> dict[str, Any]:
    """Return a pair that the last import made what a person had judged."""
    state = State(judged.state)
    return {
        "id": pair_id(judged.kind, judged.one, judged.other),
        "state": state,
        "of": judged.kind,
        "outcome": JOINED if state is State.ACCEPTED else APART,
        "one": {"id": judged.one, "label": judged.one_label, "place": ""},
        "other": {"id": judged.other, "label": judged.other_label, "place": ""},
        "why": Reason.JUDGED,
        "equalFigures": None,
        "differentFigures": None,
    }


def judge_pairs(data_dir: Path, ids: Sequence[str], state: State, *, by: str, via: str) -> Outcome:
    """Judge pairs, durably: accepted ones are one from the next import on, rejected ones two.

    That holds whether the last import kept them apart or joined them.

    Args:
        data_dir: The data folder.
        ids: Of the pairs.
        state: ``accepted`` or ``rejected``.
        by: Role or handle of whoever judges, which is published.
        via: How the judgement came: ``cli``, ``rest`` or ``page``.

    Raises:
        Problem: ``not-found``: no sheets were imported; ``usage``: no such pair or handle;
            ``invalid-data``: a file cannot be written; nothing is changed then.
    """
    checked_handle(by)
    with under_lock(data_dir):
        found = pair_documents(data_dir)
        if found is None:
            raise Problem("not-found", "no sheets were imported", "import them first")
        pairs = {each["id"]: each for each in found}
        unknown = [each for each in ids if each not in pairs]
        if unknown:
            raise Problem("usage", f"nothing is proposed under {', '.join(unknown[:_SHOWN])}")
        act = Act(by, via, _ACTIONS[state], tuple(ids))
        chosen = [pairs[each] for each in dict.fromkeys(ids)]
        judged = [
            Judgement(
                each["of"],
                *(each["one"]["id"], each["other"]["id"], state.value, by, act.at),
                *(each["one"]["label"], each["other"]["label"]),
            )
            for each in chosen
        ]
        kept = Judgements.read(_file(data_dir)).with_these(judged)
        with noted(review_dir(data_dir) / f"{PAIRS}-journal.jsonl", act):
            write_whole(_file(data_dir), f"{kept.to_json()}\n".encode())
        still_open = sum(each["state"] is State.OPEN for each in found if each not in chosen)
        return Outcome(len(judged), 0, 0, still_open, act.at)


def _candidate(pair: dict[str, Any], side: str) -> dict[str, str]:
    return {"id": pair[side], "label": pair[f"{side}_label"], "place": pair[f"{side}_place"]}


def _file(data_dir: Path) -> Path:
    return review_dir(data_dir) / f"{PAIRS}-judgements.json"
