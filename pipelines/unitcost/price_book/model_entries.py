"""The entries of models.toml, each with the table rows it stands for: which model an id means."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Self

from pydantic import AwareDatetime, model_validator

from unitcost.price_book.entries import Fact, Name
from unitcost_models.base import Row
from unitcost_models.price_names import Deployment, ModelAlias, ModelFamily


class ModelEntry(Fact):
    """`[[model]]` of models.toml; one that repeats a key adds ids to it."""

    key: Name
    provider: str
    ids: tuple[Name, ...] = ()

    def rows(self) -> Iterator[Row]:
        """The key and every id."""
        for alias, rule in ((self.key, "key"), *((spelled, "id") for spelled in self.ids)):
            yield ModelAlias(
                alias=alias,
                model=self.key,
                provider=self.provider,
                valid_from=None,
                valid_to=None,
                rule=rule,
                source_file=self.source_file,
                source_line=self.source_line,
            )


class Naming(Fact):
    """An entry by which a name means a model, inside `[valid_from, valid_to)`."""

    model: str
    valid_from: AwareDatetime | None = None
    valid_to: AwareDatetime | None = None
    note: str | None = None

    @model_validator(mode="after")
    def _is_an_interval(self) -> Self:
        if self.valid_from and self.valid_to and self.valid_from >= self.valid_to:
            message = "valid_from is not before valid_to; an interval is [valid_from, valid_to)"
            raise ValueError(message)
        return self


class AliasEntry(Naming):
    """`[[alias]]` of models.toml: one more id of a model, or one for some time only."""

    id: Name
    note: str

    @property
    def label(self) -> str:
        """The entry as errors name it."""
        return f"[[alias]] {self.id}"

    def row(self, provider: str) -> Row:
        """The row, with the maker of its model."""
        is_dated = self.valid_from or self.valid_to
        return ModelAlias(
            alias=self.id,
            model=self.model,
            provider=provider,
            valid_from=_utc(self.valid_from),
            valid_to=_utc(self.valid_to),
            rule="dated_alias" if is_dated else "id",
            source_file=self.source_file,
            source_line=self.source_line,
        )


class DeploymentEntry(Naming):
    """`[[deployment]]` of models.toml: a name that the user gave to a model on a platform."""

    name: str
    platform: str
    region_scope: str | None = None
    service_tier: str | None = None

    @property
    def label(self) -> str:
        """The entry as errors name it."""
        return f"[[deployment]] {self.name}"

    def row(self, provider: str) -> Row:
        """The row, with the maker of its model."""
        return Deployment(
            deployment=self.name.lower(),
            platform=self.platform,
            model=self.model,
            provider=provider,
            region_scope=self.region_scope,
            service_tier=self.service_tier,
            valid_from=_utc(self.valid_from),
            valid_to=_utc(self.valid_to),
            source_file=self.source_file,
            source_line=self.source_line,
        )


class FamilyEntry(Fact):
    """`[[family]]` of models.toml; one that repeats a name adds members to it."""

    name: str
    models: tuple[str, ...]

    def rows(self) -> Iterator[Row]:
        """One row a member."""
        for model in self.models:
            yield ModelFamily(family=self.name, model=model)


def _utc(moment: datetime | None) -> datetime | None:
    return moment.astimezone(UTC).replace(tzinfo=None) if moment else None
