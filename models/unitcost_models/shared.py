"""Blocks of columns that several tables carry under the same names.

The same quantity has the same name everywhere; it is written down once, here.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from unitcost_models.base import Row

DIMENSIONS = (
    "workflow",
    "stage",
    "task_id",
    "task_type",
    "customer_id",
    "user_id",
    "feature",
    "team",
    "environment",
    "session_id",
    "prompt_name",
    "prompt_version",
    "service_name",
)
"""Attribution columns, each with a `<name>_origin` beside it in `core.requests`."""

INPUT_CLASSES = (
    "input_tokens",
    "cache_read_tokens",
    "cache_write_5m_tokens",
    "cache_write_1h_tokens",
    "cache_write_30m_tokens",
    "cache_write_12h_tokens",
    "cache_write_unknown_tokens",
    "input_audio_tokens",
    "input_image_tokens",
    "cache_read_audio_tokens",
    "cache_read_image_tokens",
)
OUTPUT_CLASSES = (
    "output_tokens",
    "reasoning_tokens",
    "output_audio_tokens",
    "output_image_tokens",
)
TOKEN_CLASSES = INPUT_CLASSES + OUTPUT_CLASSES
"""Disjoint: each token is in exactly one class."""

METERS = (
    "web_search_calls",
    "web_fetch_calls",
    "file_search_calls",
    "grounding_prompts",
    "grounding_queries",
    "search_units",
    "images",
    "audio_seconds",
    "characters",
    "pages",
    "container_minutes",
    "cache_storage_token_hours",
)
"""Measures that are billed and are not tokens."""


class Dimensions(Row):
    """Who and what a request was for; None where nothing says so."""

    workflow: str | None
    """Name of the workflow the run belongs to."""
    stage: str | None
    """Step inside the workflow: embedding, retrieval, inference, evaluation, ..."""
    task_id: str | None
    """The unit that can succeed; by default the workflow run."""
    task_type: str | None
    """Kind of task, also called intent."""
    customer_id: str | None
    """Who is served; the paying account."""
    user_id: str | None
    """The person or agent inside the customer."""
    feature: str | None
    """The product feature."""
    team: str | None
    """The team that owns the spend."""
    environment: str | None
    """production, staging, ..."""
    session_id: str | None
    """Conversation."""
    prompt_name: str | None
    """Prompt template."""
    prompt_version: str | None
    """Version of the prompt template."""
    service_name: str | None
    """Emitting service."""


class Tokens(Row):
    """Disjoint token classes and the inclusive totals that the source declared or implies.

    None means that the source does not know; it is never a stand-in for zero.
    """

    input_tokens: int | None
    """Text input neither read from nor written to a cache."""
    cache_read_tokens: int | None
    """Input served from a prompt cache."""
    cache_write_5m_tokens: int | None
    """Cache writes with a 5-minute life (Anthropic, Bedrock)."""
    cache_write_1h_tokens: int | None
    """Cache writes with a 1-hour life (Anthropic, Bedrock)."""
    cache_write_30m_tokens: int | None
    """Cache writes with a 30-minute life (OpenAI)."""
    cache_write_12h_tokens: int | None
    """Cache writes with a 12-hour life (OpenAI)."""
    cache_write_unknown_tokens: int | None
    """Cache writes whose life the source does not tell."""
    input_audio_tokens: int | None
    """Uncached audio input."""
    input_image_tokens: int | None
    """Uncached image input, where the source splits it from text."""
    cache_read_audio_tokens: int | None
    """Audio input served from a cache."""
    cache_read_image_tokens: int | None
    """Image input served from a cache."""
    output_tokens: int | None
    """Visible text output: without reasoning, audio and images."""
    reasoning_tokens: int | None
    """Thinking tokens; None where the source does not split them from output."""
    output_audio_tokens: int | None
    """Audio output."""
    output_image_tokens: int | None
    """Image output."""
    prompt_tokens: int | None
    """All input, cached and written included."""
    completion_tokens: int | None
    """All output, reasoning included."""


class Meters(Row):
    """Measures that are billed and are not tokens."""

    web_search_calls: int | None
    """Searches the provider ran."""
    web_fetch_calls: int | None
    """Pages the provider fetched."""
    file_search_calls: int | None
    """Searches in the provider's vector stores."""
    grounding_prompts: int | None
    """Prompts answered with grounding (Gemini 2.5 billing)."""
    grounding_queries: int | None
    """Queries sent for grounding (Gemini 3 billing)."""
    search_units: int | None
    """Rerank units (Cohere)."""
    images: int | None
    """Generated pictures, where they are billed by the piece."""
    audio_seconds: Decimal | None
    """Transcribed or generated audio."""
    characters: int | None
    """Spoken or translated characters."""
    pages: int | None
    """Read document pages."""
    container_minutes: Decimal | None
    """Code execution."""
    cache_storage_token_hours: Decimal | None
    """Tokens kept in an explicit cache times hours."""


class Provenance(Row):
    """Where the best sighting of a row was read."""

    source_format: str
    """Registry name of the source."""
    source_file: str
    """File name in landing."""
    source_line: int
    """Line, or ordinal of the record, counted from 1."""
    ingested_at: datetime
    """When the file was read."""
