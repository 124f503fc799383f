"""What is asked of each provider's API: paths, parameters and how time is cut into queries.

Sources: OpenAI's and Anthropic's admin API references, OpenRouter's activity endpoint. How pages
are walked is in `pager`, where they are kept in `keeping`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

Parameters = Sequence[tuple[str, str | int | float | bool | None]]
"""Names may repeat; every value here is text."""

_DAY = timedelta(days=1)
_ANALYTICS_DAYS = 31
"""A query of Anthropic's analytics may span no more."""
_ACTIVITY_DAYS = 30
"""OpenRouter keeps as many completed days."""
_OPENAI_GROUPS = {
    "completions": ("project_id", "api_key_id", "model", "batch", "service_tier"),
    "embeddings": ("project_id", "api_key_id", "model"),
    "moderations": ("project_id", "api_key_id", "model"),
    "images": ("project_id", "api_key_id", "model", "size", "source"),
    "audio_speeches": ("project_id", "api_key_id", "model"),
    "audio_transcriptions": ("project_id", "api_key_id", "model"),
    "vector_stores": ("project_id",),
    "code_interpreter_sessions": ("project_id",),
    "file_search_calls": ("project_id", "api_key_id", "vector_store_id"),
    "web_search_calls": ("project_id", "api_key_id", "model", "context_level"),
}
_ANTHROPIC_USAGE_GROUPS = (
    "api_key_id",
    "context_window",
    "inference_geo",
    "model",
    "service_tier",
    "workspace_id",
)
_ANALYTICS_GROUPS = ("api_key_id", "context_window", "model", "service_tier", "workspace_id")


@dataclass(frozen=True)
class Query:
    """One walk over the pages of a path; `label` names it in file names and messages."""

    label: str
    path: str
    parameters: Parameters


Cut = Callable[[date, date], Iterator[Query]]
"""From a first and a last UTC day, both inclusive, to the queries that cover them."""


def openai_usage(first: date, last: date) -> Iterator[Query]:
    """Every kind of usage, by day."""
    for kind, groups in _OPENAI_GROUPS.items():
        path = f"/v1/organization/usage/{kind}"
        yield Query(kind, path, [*_unix(first, last), ("limit", "31"), *_each("group_by", groups)])


def openai_costs(first: date, last: date) -> Iterator[Query]:
    """Costs by project and line item."""
    groups = _each("group_by", ("project_id", "line_item"))
    yield Query("costs", "/v1/organization/costs", [*_unix(first, last), ("limit", "180"), *groups])


def anthropic_usage(first: date, last: date) -> Iterator[Query]:
    """Messages by day and every dimension that a price depends on."""
    path = "/v1/organizations/usage_report/messages"
    groups = _each("group_by[]", _ANTHROPIC_USAGE_GROUPS)
    yield Query("messages", path, [*_iso(first, last), ("limit", "31"), *groups])


def anthropic_costs(first: date, last: date) -> Iterator[Query]:
    """Costs by workspace and description."""
    path = "/v1/organizations/cost_report"
    groups = _each("group_by[]", ("workspace_id", "description"))
    yield Query("costs", path, [*_iso(first, last), ("limit", "31"), *groups])


def anthropic_claude_code(first: date, last: date) -> Iterator[Query]:
    """Claude Code analytics: one UTC day a query."""
    path = "/v1/organizations/usage_report/claude_code"
    for day in _days(first, last):
        yield Query(f"{day}", path, [("starting_at", f"{day}"), ("limit", "1000")])


def anthropic_analytics(first: date, last: date) -> Iterator[Query]:
    """Usage and cost of the unified analytics, at most 31 days a query, in a stable order."""
    shared = [("time_bucket_width", "1d"), ("limit", "1000"), ("order_by", "time")]
    begin = first
    while begin <= last:
        end = min(last, begin + timedelta(days=_ANALYTICS_DAYS - 1))
        span = _iso(begin, end)[:2]
        for kind, more in (("usage", ()), ("cost", ("cost_type", "token_type"))):
            # Five dimensions at most; a cost by type leaves room for three more.
            groups = _each(
                "group_by[]", (*_ANALYTICS_GROUPS[2:], *more) if more else _ANALYTICS_GROUPS
            )
            path = f"/v1/organizations/analytics/{kind}"
            yield Query(f"{kind}-{begin}", path, [*span, *shared, *groups])
        begin = end + _DAY


def openrouter_activity(first: date, last: date) -> Iterator[Query]:
    """Activity by completed day; the API refuses today and what is older than 30 days."""
    today = datetime.now(UTC).date()
    for day in _days(max(first, today - _ACTIVITY_DAYS * _DAY), min(last, today - _DAY)):
        yield Query(f"{day}", "/api/v1/activity", [("date", f"{day}")])


def _unix(first: date, last: date) -> list[tuple[str, str]]:
    bounds = (first, last + _DAY)
    starts = [int(datetime.combine(day, time(), UTC).timestamp()) for day in bounds]
    return [("start_time", f"{starts[0]}"), ("end_time", f"{starts[1]}"), ("bucket_width", "1d")]


def _iso(first: date, last: date) -> list[tuple[str, str]]:
    bounds = [("starting_at", first), ("ending_at", last + _DAY)]
    return [*((name, f"{day}T00:00:00Z") for name, day in bounds), ("bucket_width", "1d")]


def _each(name: str, values: Sequence[str]) -> list[tuple[str, str]]:
    return [(name, value) for value in values]


def _days(first: date, last: date) -> Iterator[date]:
    yield from (first + n * _DAY for n in range((last - first).days + 1))
