"""Which rule reads a usage object: by who answered, the API and the object's names."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from tests.sql.usage_bodies import (
    G1,
    G2,
    G5,
    G8,
    G9,
    G12,
    Con,
)
from unitcost.sources.usage_objects import (
    _BY_FLAVOUR,
    _BY_KEYS,
    _BY_PROVIDER,
    choose_rule,
    rule_macros,
)


@pytest.mark.parametrize(
    ("provider", "flavour", "keys", "rule"),
    [
        ("anthropic", None, G5, "anthropic"),
        ("bedrock", "invoke", G5, "anthropic"),
        ("bedrock", "invoke", G2, "openai_chat"),
        ("bedrock", "converse", G8, "bedrock_converse"),
        ("google", None, G9, "gemini"),
        ("google", "openai_compatible", G2, "gemini_openai"),
        ("deepseek", None, G1 | {"total_tokens": 1}, "openai_responses"),
        ("openrouter", None, G5, "openrouter"),
        ("litellm", None, G2, "litellm"),
        (None, None, G12, "deepseek"),
        (None, None, {"readUnits"}, None),
        ("google", None, {"trafficType"}, None),
        ("google", None, G5, "anthropic"),
        ("google", None, G2, "gemini_openai"),
    ],
)
def test_a_rule_is_chosen_by_provider_flavour_and_names(
    provider: str | None, flavour: str | None, keys: Any, rule: str | None
) -> None:
    assert choose_rule(provider, flavour, keys) == rule


def test_the_rule_is_the_same_in_sql(workbench: Con) -> None:
    for signature, body in rule_macros().items():
        workbench.execute(f"create macro {signature} as {body}")
    providers = (None, *{p for p, _ in _BY_FLAVOUR}, *_BY_PROVIDER, "azure")
    flavours = (None, *{f for _, f in _BY_FLAVOUR})
    shapes = [*(sorted(names) for names, _ in _BY_KEYS), ["readUnits"], [], sorted(G5), sorted(G2)]
    asked = list(product(providers, flavours, shapes))
    rows = workbench.execute(
        """select usage_rule(p, f, k, usage_shape(k)) from (
               select unnest($1::varchar[]) p, unnest($2::varchar[]) f, unnest($3::varchar[][]) k
           )""",
        [list(column) for column in zip(*asked, strict=True)],
    ).fetchall()
    assert [rule for (rule,) in rows] == [choose_rule(*question) for question in asked]
