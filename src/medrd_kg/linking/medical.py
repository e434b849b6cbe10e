"""Whether a programme is medical R&D: weighed evidence from its name and texts."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from medrd_kg.linking.lexicon import rule_table
from medrd_kg.linking.normalisation import normalise

__all__ = ["MedicalJudgement", "judge"]


@dataclass(frozen=True, slots=True)
class MedicalJudgement:
    """Whether a programme is medical R&D, and why.

    Attributes:
        is_medical_rd: The decision.
        confidence: Between 0.5 and 1; grows with the distance from the threshold.
        reasons: Names of the rules that spoke, strongest first, signed: ``+`` for, ``-`` against.
    """

    is_medical_rd: bool
    confidence: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Evidence:
    rule: str
    expression: re.Pattern[str]
    weight: float
    in_name: bool
    unless: re.Pattern[str] | None


@cache
def _rules() -> tuple[float, tuple[_Evidence, ...]]:
    table = rule_table("medical")
    return float(table["threshold"]), tuple(
        _Evidence(
            rule,
            re.compile(settings["pattern"]),
            float(settings["weight"]),
            where == "name",
            re.compile(settings["unless"]) if "unless" in settings else None,
        )
        for where in ("name", "texts")
        for rule, settings in table[where].items()
    )


def judge(name: str, texts: Mapping[str, str]) -> MedicalJudgement:
    """Decide whether a programme is medical R&D.

    Args:
        name: The programme's name.
        texts: Its texts by field, such as purpose and overview; may be empty.

    Returns:
        The decision: the weights of the rules that match, summed, against a threshold. A rule
        counts once, however often it matches, so that long texts weigh no more than short ones.
    """
    threshold, rules = _rules()
    in_name = normalise(name).text
    in_texts = "。".join([in_name, *(normalise(text).text for text in texts.values())])
    spoke = [
        rule
        for rule in rules
        if rule.expression.search(in_name if rule.in_name else in_texts)
        and not (rule.unless and rule.unless.search(in_texts))
    ]
    margin = sum(rule.weight for rule in spoke) - threshold
    return MedicalJudgement(
        is_medical_rd=margin >= 0,
        confidence=round(1 / (1 + math.exp(-abs(margin) - 0.1)), 3),
        reasons=tuple(
            f"{'+' if rule.weight > 0 else '-'}{rule.rule}"
            for rule in sorted(spoke, key=lambda r: (-abs(r.weight), r.rule))
        ),
    )
