"""Label selectors, as the API server applies them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from asklint.path import mapping, sequence


def selects(selector: Any, labels: Mapping[str, Any]) -> bool:
    """Whether `selector` fits `labels`; an empty one fits all, none fits none, one that cannot be read none either."""
    if not isinstance(selector, dict):
        return False
    wanted = mapping(selector.get("matchLabels"))
    return all(labels.get(key) == value for key, value in wanted.items()) and all(
        _holds(mapping(one), labels) for one in sequence(selector.get("matchExpressions"))
    )


def _holds(expression: Mapping[str, Any], labels: Mapping[str, Any]) -> bool:
    key, operator, values = expression.get("key"), expression.get("operator"), sequence(expression.get("values"))
    if not isinstance(key, str):
        return False
    if operator in ("In", "NotIn"):
        return bool((labels.get(key) in values) == (operator == "In"))
    return operator in ("Exists", "DoesNotExist") and (key in labels) == (operator == "Exists")
