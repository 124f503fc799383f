"""Which attribute keys mean which canonical field, and the SQL macros that look them up.

What is done with the fields is not known here; that belongs to `sql/steps`.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from itertools import zip_longest
from pathlib import Path

import duckdb
from pydantic import BaseModel, ConfigDict

from unitcost.sources.lifting import macros
from unitcost.sqltext import sql_text
from unitcost.statements import run
from unitcost.task_rules import TaskRules, create_rule_macros

_FILLED = """case when list_contains(map_values(attributes), '')
    then map_from_entries(list_filter(map_entries(attributes), lambda e: e.value <> ''))
    else attributes end"""
_FILE = Path(__file__).resolve().with_suffix(".toml")


class VocabularyError(ValueError):
    """A user's addition that cannot be used; the message says which and how to fix it."""


class Vocabulary(BaseModel):
    """Canonical field -> attribute keys, first hit wins, and what else may be read of a record.

    The rules are specs of OpenTelemetry GenAI (old and new names), OpenLLMetry, OpenInference,
    OpenLIT, Pydantic AI, Vercel AI SDK, LiteLLM, MLflow, Langfuse, LangSmith, Strands, ADK,
    Genkit, Mastra, Spring AI and Semantic Kernel, written as data in
    `sources/vocabulary.toml`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    containers: tuple[str, ...]
    """Attributes that hold JSON or Python text; only named keys are lifted out of them."""
    input_messages: tuple[str, ...]
    """Content attributes that are hashed and dropped."""
    kept_events: tuple[str, ...]
    """Names of span events and log records that are kept."""
    sellers: dict[str, str]
    """Domain of an API's address -> who sells there."""
    fields: dict[str, tuple[str, ...]]
    """Canonical field -> attribute keys in order of trust."""

    def allowlist(self) -> tuple[str, ...]:
        """Every attribute key that may be stored, sorted."""
        return tuple(sorted({key for keys in self.fields.values() for key in keys}))

    def common_first(self) -> tuple[str, ...]:
        """The same keys, the first of every field before the second of any: looked up faster."""
        ranked = zip_longest(*self.fields.values())
        return tuple(dict.fromkeys(key for rank in ranked for key in rank if key))

    def lifted(self) -> dict[str, tuple[str, ...]]:
        """Container -> the allowed keys that are read out of its text, sorted."""
        found: dict[str, list[str]] = {container: [] for container in self.containers}
        for key in self.allowlist():
            for container in _containers_of(key, self.containers):
                found[container].append(key)
        return {container: tuple(keys) for container, keys in found.items() if keys}

    def counts(self) -> tuple[str, ...]:
        """The allowed keys that hold token counts, sorted."""
        keys = {k for f, keys in self.fields.items() if f.endswith("_tokens") for k in keys}
        return tuple(sorted(key for key in keys if not key.startswith("output.value.")))

    def macros(self) -> dict[str, str]:
        """Signature -> body of every SQL macro that reads attributes, in order of creation.

        `attr_<field>(attributes)`, one a field, takes a MAP(VARCHAR, VARCHAR) from which `filled`
        has taken the empty values, and answers the first key present, NULL when none is. Empty
        values are looked for once a map, since to ask it of each of hundreds of keys takes longer
        to plan than a small day's rows take to read. `attr_keys()` are the keys of all fields,
        each field's in order of trust, and `attr_key_fields()` beside them the fields, for who
        looks up many fields of many records at once. `seller_of(host)` names who sells at an
        address, NULL where that is not known. The others are for `sql/raw`.
        """
        texts = (*self.containers, *self.input_messages)
        allowed = [key for key in self.common_first() if key not in texts]
        reading = macros(
            allowed, self.lifted(), self.input_messages, self.counts(), self.kept_events
        )
        pairs = [(field, key) for field, keys in self.fields.items() for key in keys]
        return reading | {
            "filled(attributes)": _FILLED,
            **{f"attr_{f}(attributes)": _first(k) for f, k in self.fields.items()},
            "seller_of(host)": _seller(self.sellers),
            "attr_keys()": _texts(key for _, key in pairs),
            "attr_key_fields()": _texts(field for field, _ in pairs),
        }

    @cached_property
    def fingerprint(self) -> str:
        """Changes whenever what is read of a record or how it is understood changes."""
        text = json.dumps(self.macros())
        return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def load_vocabulary(additions: Mapping[str, Sequence[str]] | None = None) -> Vocabulary:
    """The shipped vocabulary with a user's own keys put before it.

    Raises:
        VocabularyError: an addition names a field that does not exist, or keys that are no text.
    """
    shipped = Vocabulary.model_validate(tomllib.loads(_FILE.read_text(encoding="utf-8")))
    fields = dict(shipped.fields)
    for field, keys in (additions or {}).items():
        fields[field] = _merged(field, keys, fields)
    return shipped.model_copy(update={"fields": fields})


def _merged(field: str, keys: Sequence[str], fields: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    if field not in fields:
        known = ", ".join(sorted(fields))
        message = f"unitcost.toml: there is no field {field!r}; use one of: {known}"
        raise VocabularyError(message)
    if isinstance(keys, str) or not all(isinstance(key, str) and key for key in keys):
        message = f'unitcost.toml: {field} must be a list of attribute keys: ["my.key"]'
        raise VocabularyError(message)
    return tuple(dict.fromkeys((*keys, *fields[field])))


def _containers_of(key: str, containers: Iterable[str]) -> list[str]:
    return [container for container in containers if key.startswith(f"{container}.")]


def create_macros(con: duckdb.DuckDBPyConnection, vocabulary: Vocabulary) -> None:
    """Put the vocabulary's macros into a workbench."""
    for signature, body in vocabulary.macros().items():
        run(con, f"create or replace macro {signature} as {body}")
    create_rule_macros(con, TaskRules())


def _first(keys: Iterable[str]) -> str:
    tries = ", ".join(f"attributes[{sql_text(key)}]" for key in keys)
    return f"coalesce({tries})"


def _seller(sellers: Mapping[str, str]) -> str:
    """SQL: the seller of the address's domain, its last two labels."""
    known = ", ".join(f"{sql_text(d)}: {sql_text(name)}" for d, name in sellers.items())
    return f"(map {{{known}}})[regexp_extract(host, '[^.]+[.][^.]+$')]"


def _texts(values: Iterable[str]) -> str:
    """A list of texts that none of them divides; one constant is planned faster than hundreds."""
    return f"string_split({sql_text(chr(31).join(values))}, chr(31))"
