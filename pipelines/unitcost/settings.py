"""What a user can set: `unitcost.toml` in the home folder and `UNITCOST_*` variables.

Defaults are right for most; every key is documented in docs/settings.md.
"""

from __future__ import annotations

import hashlib
import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from unitcost.allocation_settings import AllocationSettings
from unitcost.task_rules import TaskRules


class SettingsError(ValueError):
    """A settings file that cannot be used; the message names file, key and fix."""


class PriceSettings(BaseModel):
    """`[prices]`: what of the price book holds here."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    as_of: date | None = None
    """Only what the book had learnt up to this day counts; None: everything."""
    currency: dict[str, Annotated[str, Field(pattern="^[A-Z]{3}$")]] = Field(default_factory=dict)
    """Provider -> ISO code of the currency it bills in; USD where not named."""


class PullSettings(BaseModel):
    """`[pull.<source>]`: a report that the nightly run fetches from its provider."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key_env: str | None = None
    """Name of the environment variable that holds the key; the key itself is never written."""
    window_days: Annotated[int, Field(ge=1, le=366)] = 7
    """Trailing UTC days that are fetched again each time, today included."""
    base_url: str | None = None
    """Where the API is, if not at the provider's own address."""


_ATTESTED_BY = {
    "openai_usage": "openai",
    "openai_costs": "openai",
    "anthropic_usage": "anthropic",
    "anthropic_analytics": "anthropic",
    "anthropic_claude_code": "anthropic",
    "openrouter_activity": "openrouter",
}
"""Report that can be pulled and counts tokens -> who bills."""


class ExportSettings(BaseModel):
    """`[exports]`: the files for finance that the nightly run keeps up to date; none by default."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    tables: tuple[str, ...] = ()
    """Daily tables, one file a month each."""
    formats: tuple[Literal["csv", "parquet", "xlsx"], ...] = ("csv",)
    """Formats of each table."""
    money: Literal["number", "text"] = "number"
    """Money in XLSX: cells that can be added up, or exact text."""
    focus: tuple[Literal["1.2", "1.4"], ...] = ()
    """FOCUS versions in which the charges are written too."""


class CountingSettings(BaseModel):
    """`[counting]`: what makes two records one call."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    match_by_content: bool = True
    """Whether records of two sources that share no id are one call where all they tell is alike."""


class ReconciliationSettings(BaseModel):
    """`[reconciliation]`: how much of a bill may have no cause."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    tolerance_pct: Annotated[Decimal, Field(ge=0, le=100)] = Decimal(1)
    """Part of what is billed that may be unexplained; changes no table."""


class TrustSettings(BaseModel):
    """`[trust]`: whose word the score is measured against."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    providers: dict[str, date] = Field(default_factory=dict)
    """Provider -> the first UTC day of which its report is expected; changes no kept table."""


class PrivacySettings(BaseModel):
    """`[privacy]`: what may be known of people, and what is kept of refused records."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    pseudonymise: tuple[Literal["customer_id", "user_id"], ...] = ()
    """Dimensions whose values are replaced by keyed digests before anything is written."""
    key_env: str = "UNITCOST_PSEUDONYM_KEY"
    """Name of the environment variable that holds the key; the key itself is never written."""
    quarantined_text: bool = True
    """Whether a refused record's text is kept; never where names are replaced."""

    @property
    def keeps_text(self) -> bool:
        """Whether the quarantine keeps texts."""
        return self.quarantined_text and not self.pseudonymise


class Settings(BaseSettings):
    """The user's settings.

    Attribute keys are put before the built-in ones, so the first hit wins.
    """

    model_config = SettingsConfigDict(env_prefix="UNITCOST_", extra="forbid", frozen=True)
    toml_file: ClassVar[Path | None] = None

    vocabulary: dict[str, list[str]] = Field(default_factory=dict)
    """Field of the vocabulary -> more attribute keys, most trusted first."""
    attribution: dict[str, list[str]] = Field(default_factory=dict)
    """Dimension (customer_id, feature, ...) -> more attribute keys, most trusted first."""
    tasks: TaskRules = TaskRules()
    """What a task is and when it succeeded."""
    counting: CountingSettings = CountingSettings()
    """What makes two records one call."""
    outcome_attributes: list[str] = Field(default_factory=list)
    """Span attributes that say whether the task succeeded."""
    prices: PriceSettings = PriceSettings()
    """What of the price book holds here; part of its revision, not of the fingerprint."""
    sources: dict[str, list[str]] = Field(default_factory=dict)
    """Format, or `detect`, -> paths, globs and addresses whose new files are collected."""
    pull: dict[str, PullSettings] = Field(default_factory=dict)
    """Reports that the nightly run fetches, by source; none unless named here."""
    allocation: AllocationSettings = AllocationSettings()
    """How shared and unattributed cost is spread; nothing is by default."""
    reconciliation: ReconciliationSettings = ReconciliationSettings()
    """What `unitcost reconcile` and `close` tolerate."""
    trust: TrustSettings = TrustSettings()
    """Whose reports are expected since when; by default whose usage is pulled, else those that are
    there are the measure."""
    exports: ExportSettings = ExportSettings()
    """Files for finance; changes no table."""
    privacy: PrivacySettings = PrivacySettings()
    """Pseudonyms, and what the quarantine keeps."""
    memory_limit: str | None = None
    """DuckDB's limit, e.g. `8GB`; by default 3 GB, or 80 % of a smaller machine."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, then environment, then the TOML file."""
        toml = TomlConfigSettingsSource(settings_cls, cls.toml_file)
        return init_settings, env_settings, toml

    def expected_reports(self) -> dict[str, date | None]:
        """Provider whose reports are expected -> since when: as `[trust]` names them, else of whom
        usage is pulled; None since its report first tells of a day."""
        pulled = {_ATTESTED_BY[name]: None for name in self.pull if name in _ATTESTED_BY}
        return {**self.trust.providers} or {**pulled}

    def vocabulary_additions(self) -> dict[str, list[str]]:
        """All additions by vocabulary field."""
        merged = {field: list(keys) for field, keys in self.vocabulary.items()}
        for field, keys in self.attribution.items():
            merged[field] = keys + merged.get(field, [])
        if self.outcome_attributes:
            merged["task_outcome"] = self.outcome_attributes + merged.get("task_outcome", [])
        return merged

    def fingerprint(self) -> str:
        """Digest of everything that changes what tables hold."""
        tables = {"vocabulary", "attribution", "outcome_attributes", "tasks", "allocation"}
        relevant = self.model_dump_json(include={*tables, "counting"})
        return hashlib.sha256(relevant.encode()).hexdigest()[:16]


def load_settings(file: Path) -> Settings:
    """Settings of one home folder.

    Raises:
        SettingsError: not TOML, or an unknown or ill-typed key.
    """

    class HomeSettings(Settings):
        toml_file = file if file.is_file() else None

    try:
        loaded = HomeSettings()
    except tomllib.TOMLDecodeError as error:
        message = f"{file}: not valid TOML ({error})"
        raise SettingsError(message) from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        is_at_top = len(first["loc"]) == 1
        keys = ", ".join(Settings.model_fields) if is_at_top else "in docs/settings.md"
        message = f"{file}: {place}: {first['msg']}; the keys are {keys}"
        raise SettingsError(message) from error
    return Settings.model_construct(**dict(loaded))
