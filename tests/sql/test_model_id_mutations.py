"""steps.model_ids over ids that nobody wrote down: what is near a known id is not that model."""

from __future__ import annotations

import re
from collections import defaultdict

import duckdb
from hypothesis import given as hypothesis_given
from hypothesis import settings
from hypothesis import strategies as st

from tests.sql.model_ids_by_hand import resolve

_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789-.:@/ "


@st.composite
def _mutations(draw: st.DrawFn, known: list[str]) -> str:
    """A known id with something put before, after or in place of one of its characters."""
    name = draw(st.sampled_from(known))
    extra = draw(st.text(_ALPHABET, min_size=1, max_size=8))
    at = draw(st.integers(0, len(name) - 1))
    changed = name[:at] + draw(st.sampled_from(_ALPHABET)) + name[at + 1 :]
    return draw(st.sampled_from([extra + name, name + extra, changed, name[:at], name[at:]]))


def _documented(name: str, known: dict[str, set[str]]) -> set[str]:
    """The models that the rules of docs/prices.md allow for a name, written down a second time."""
    found: set[str] = set()
    pending = [name.strip().lower()]
    for text in pending:
        if text in known:
            found |= known[text]
        bedrock = re.fullmatch(
            r"(?:(?:us|eu|apac|jp|au|ca|in|sa|global|us-gov)\.)?"
            r"(?:anthropic|amazon|openai|mistral|cohere|deepseek)\.(.+)",
            text,
        )
        shortened = [
            re.fullmatch(r"(?:[a-z0-9._-]+/){1,3}([^/]+)", text),
            re.fullmatch(
                r"(.+)-v[0-9]+(?:[:-][0-9]+)?" if bedrock else r"(.+)-v[0-9]+:[0-9]+", text
            ),
            re.fullmatch(r"(.+):[0-9]+", text) if bedrock else None,
            re.fullmatch(r"(.+)@(?:default|latest|[0-9]{3})", text),
            re.fullmatch(
                r"(.+)[-@]20[0-9]{2}(-?)(?:0[1-9]|1[0-2])\2(?:0[1-9]|[12][0-9]|3[01])", text
            ),
            re.fullmatch(r"(ft:[^:]+):[^:]+:[^:]*:[^:]+(?::ckpt-step-[0-9]+)?", text),
            bedrock,
        ]
        pending += [match[1] for match in shortened if match]
        pending += [text.replace(" ", "-")] if " " in text else []
    return found


def test_a_changed_id_is_unknown_or_what_a_documented_rule_makes_of_it(
    shipped: duckdb.DuckDBPyConnection,
) -> None:
    """A hundred at a time, since a query costs far more than a spelling."""
    rows = shipped.execute("select alias, model from core.model_aliases").fetchall()
    known: dict[str, set[str]] = defaultdict(set)
    for alias, model in rows:
        known[alias].add(model)

    @settings(max_examples=10, deadline=None)
    @hypothesis_given(names=st.lists(_mutations(sorted(known)), min_size=100, unique=True))
    def check(names: list[str]) -> None:
        asked = ({"provider_name": "openai", "response_model": name} for name in names)
        for row in resolve(shipped, *asked):
            assert row["model"] in {None, *_documented(row["raw_model"], known)}, row

    check()


def test_no_two_models_share_a_spelling(shipped: duckdb.DuckDBPyConnection) -> None:
    """Also not when dots, spaces and underscores are taken for dashes, as people write them."""
    shared = shipped.execute(
        """
        select replace(replace(alias, '.', '-'), '_', '-') as spelling, list(distinct model)
        from core.model_aliases
        where rule <> 'dated_alias'
        group by spelling
        having count(distinct model) > 1
        """
    ).fetchall()
    assert shared == []
