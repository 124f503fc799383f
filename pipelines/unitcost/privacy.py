"""Names of customers and users as keyed digests, so that no table tells who they are.

The same name and key give the same pseudonym everywhere, so joins hold; without the key nobody can
try names out. Where pseudonyms are put in is not known here.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import duckdb

from unitcost.settings import PrivacySettings, Settings, SettingsError
from unitcost.sqltext import sql_text

DIGITS = 32
"""Hex digits of a pseudonym: 128 bits, so that two names never share one."""
_SHORTEST = 16
"""Signs of a key."""
_BLOCK = 64
_MACRO = f"""create or replace macro pseudonym(name) as case
    when name is null or name in ('', '(unattributed)') then name
    else left(sha256(getvariable('pseudonym_outer')
        || unhex(sha256(getvariable('pseudonym_inner') || encode(name)))), {DIGITS}) end"""
"""HMAC-SHA-256 (RFC 2104) of two digests; the key is in variables, so no error can quote it."""


@dataclass(frozen=True)
class Pseudonyms:
    """Which dimensions are told by pseudonyms, and the key that makes them."""

    dimensions: tuple[str, ...]
    key: bytes = field(repr=False)

    @property
    def fingerprint(self) -> str:
        """Changes with the key and the dimensions; tells neither a name nor the key."""
        return self.of(f"fingerprint of {','.join(sorted(self.dimensions))}")

    def of(self, name: str) -> str:
        """The pseudonym of a name."""
        return hmac.new(self.key, name.encode(), hashlib.sha256).hexdigest()[:DIGITS]

    def create_macro(self, con: duckdb.DuckDBPyConnection) -> None:
        """Put `pseudonym(name)` into a workbench; it answers as `of` does."""
        key = hashlib.sha256(self.key).digest() if len(self.key) > _BLOCK else self.key
        padded = key.ljust(_BLOCK, b"\0")
        for name, pad in (("inner", 0x36), ("outer", 0x5C)):
            con.execute(f"set variable pseudonym_{name} = $1", [bytes(b ^ pad for b in padded)])
        con.execute(_MACRO)

    def column(self, name: str, kind: str, fields: Mapping[str, Sequence[str]]) -> str:
        """SQL of a raw table's column with its names replaced; `fields` are the vocabulary's."""
        if name in self.dimensions:
            return f'pseudonym("{name}") as "{name}"'
        keys = sorted({key for dimension in self.dimensions for key in fields[dimension]})
        listed = ", ".join(sql_text(key) for key in keys)
        value = f"case when e.key in ({listed}) then pseudonym(e.value) else e.value end"
        transform = f"lambda e: {{'key': e.key, 'value': {value}}}"
        if kind.startswith("MAP"):
            entries = f'list_transform(map_entries("{name}"), {transform})'
            return f'map_from_entries({entries}) as "{name}"'
        if kind.startswith("STRUCT"):
            return f'list_transform("{name}", {transform}) as "{name}"'
        return f'"{name}"'

    def in_settings(self, settings: Settings) -> Settings:
        """Settings whose rules of allocation name pseudonyms too."""
        allocation = settings.allocation
        is_told = allocation.receivers in self.dimensions
        rules = []
        for rule in allocation.rules:
            to = [t.model_copy(update={"receiver": self.of(t.receiver)}) for t in rule.to]
            named = {
                dimension: self.of(value) if dimension in self.dimensions else value
                for dimension, value in (rule.requests or {}).items()
            }
            changed = {"to": tuple(to) if is_told else rule.to, "requests": named or rule.requests}
            rules.append(rule.model_copy(update=changed))
        spread = allocation.model_copy(update={"rules": tuple(rules)})
        return settings.model_copy(update={"allocation": spread})


def load_pseudonyms(settings: PrivacySettings) -> Pseudonyms | None:
    """What `[privacy]` asks for, with its key; None where it asks for no pseudonyms.

    Raises:
        SettingsError: the environment variable holds no key, or a short one.
    """
    if not settings.pseudonymise:
        return None
    key = os.environ.get(settings.key_env, "").encode()
    if len(key) < _SHORTEST:
        message = (
            f"[privacy] pseudonymise: the environment variable {settings.key_env} holds no key of "
            f"{_SHORTEST} signs or more; make one with `openssl rand -hex 32` and keep it safe: "
            "another key gives other pseudonyms"
        )
        raise SettingsError(message)
    return Pseudonyms(settings.pseudonymise, key)
