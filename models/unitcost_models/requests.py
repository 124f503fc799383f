"""core.sightings, core.requests and core.request_costs: one call to a model API and its price."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar

from unitcost_models.base import Row
from unitcost_models.shared import Dimensions, Meters, Provenance, Tokens


class Identity(Row):
    """What a request is and where it belongs in its trace."""

    request_id: str
    """Stable digest of (provider family, response id), else of the record's own identity."""
    call_id: str
    """What the application asked for once; shared by the attempts."""
    attempt_no: int | None
    """1 for the first attempt; None where attempts cannot be told."""
    is_final_attempt: bool
    """Whether this attempt's answer was the one used."""
    attempt_count_known: bool
    """False where the only evidence is a span that hides retries."""
    retry_evidence: str | None
    """What tells of attempts: gateway_log, resend_count, http_spans, failed_sibling,
    fallback_sibling."""
    retry_confidence: str | None
    """recorded: a log or span of each try says so; likely: asked again alike after a failure;
    possible: asked another model alike after a failure. None without retry_evidence."""
    trace_id: str | None
    """W3C trace id, lower-case hex."""
    span_id: str | None
    """Span id of the winning sighting."""
    workflow_run_id: str | None
    """One user action: outermost workflow span, else the trace."""
    started_at: datetime
    """UTC start at the best witness; prices are chosen by it."""
    latency_ms: int | None
    """From the winning sighting's own start and end."""
    day: date
    """UTC date of started_at."""


class Service(Row):
    """What was called, where, and how it was served."""

    provider: str
    """Who makes the model: openai, anthropic, google, ..."""
    platform: str
    """Who serves it: direct, azure, bedrock, vertex, ai_studio, openrouter, ..."""
    region_scope: str | None
    """Price region as served: global, geo_us, data_zone_eu, ...; None = the platform's default."""
    account_id: str | None
    """Provider account, organization, project or subscription that the call was billed to."""
    sampling_weight: Decimal
    """How many requests this one stands for in estimates; 1 where nothing was sampled away."""
    request_model: str | None
    """Model as asked for."""
    response_model: str | None
    """Model as answered."""
    model: str | None
    """Canonical model key of the price book; None where no rule resolves it."""
    model_rule: str | None
    """How the name led to the model, e.g. `key`, `date_suffix`; None where nothing did."""
    operation: str | None
    """chat, embeddings, rerank, text_completion, generate_content, ..."""
    container_size: str | None
    """Memory of the container where it is billed by size: 1gb, 4gb, 16gb, 64gb; None = not told."""
    service_tier: str
    """As served: standard, batch, flex, priority, fast, ultrafast, provisioned, free."""
    is_batch: bool
    """Whether it ran in a batch job."""
    provider_response_id: str | None
    """The provider's id of the answer."""


class Result(Row):
    """How the call ended and how its usage is known."""

    status: str
    """ok, error, timeout, cancelled, truncated, refused, incomplete, cache_hit."""
    error_type: str | None
    """Class of the error as the source names it."""
    http_status: int | None
    """HTTP status of the attempt."""
    finish_reason: str | None
    """As the provider said."""
    billed_state: str
    """billed, not_billed or unknown; never guessed into a dollar."""
    usage_basis: str
    """reported, partial, estimated or missing."""
    normalisation_rule: str | None
    """The rule that made the token classes disjoint, e.g. `inclusive_input`."""
    residual_tokens: int | None
    """Declared total minus the sum of the classes; None where no such total is declared."""
    reported_cost_usd: Decimal | None
    """Cost that the source states; kept beside ours, never added."""


class Origins(Row):
    """How each dimension was attributed: own, ancestor, root, resource, sibling or None."""

    workflow_origin: str | None
    stage_origin: str | None
    task_id_origin: str | None
    task_type_origin: str | None
    customer_id_origin: str | None
    user_id_origin: str | None
    feature_origin: str | None
    team_origin: str | None
    environment_origin: str | None
    session_id_origin: str | None
    prompt_name_origin: str | None
    prompt_version_origin: str | None
    service_name_origin: str | None


class Request(Provenance, Result, Meters, Tokens, Origins, Dimensions, Service, Identity):
    """One attempt at one call to a model API, counted once however many sources saw it."""

    table: ClassVar[str] = "core.requests"
    key: ClassVar[tuple[str, ...]] = ("request_id",)

    sighting_count: int
    """Records that saw this request."""


class Sighting(Row):
    """One delivered record that saw a request; kept so that a number can be traced to its lines."""

    table: ClassVar[str] = "core.sightings"
    key: ClassVar[tuple[str, ...]] = ("request_id", "sighting_id")

    request_id: str
    """The request it was fused into."""
    sighting_id: str
    """Stable identity of the record, whichever file delivered it."""
    is_winner: bool
    """Whether the request's numbers are this record's."""
    role: str
    """call, aggregate or attempt."""
    content_match: str | None
    """How sure it is that the record, which shares no id with the others, is of this call: likely:
    one call alike in each source; possible: one of several alike; ambiguous: a call of its own
    that may be another source's. None where nothing was matched by content."""
    trace_id: str | None
    span_id: str | None
    day: date
    """Day of the request."""
    source_format: str
    source_file: str
    source_line: int


class ModelName(Row):
    """A name under which a model was called on a day, and what it led to."""

    table: ClassVar[str] = "core.model_names"
    key: ClassVar[tuple[str, ...]] = (
        "day",
        "provider",
        "platform",
        "request_model",
        "response_model",
        "model",
        "model_rule",
    )

    day: date
    provider: str
    platform: str
    request_model: str | None
    """As asked for."""
    response_model: str | None
    """As answered."""
    model: str | None
    """Canonical model; None where the name is not known, so that nothing under it is priced."""
    model_rule: str | None
    """The rule that led there."""
    requests: int
    """Requests of the day under this name."""
    nearest_ids: str | None
    """Known ids written most like an unknown name, nearest first; a hint, never a price."""


class RequestCost(Row):
    """What one request costs, class by class, at the price that held when it started."""

    table: ClassVar[str] = "core.request_costs"
    key: ClassVar[tuple[str, ...]] = ("request_id",)

    request_id: str
    day: date
    input_cost_usd: Decimal | None
    """Uncached text, audio and image input."""
    cache_read_cost_usd: Decimal | None
    """Input read from a cache, all modalities."""
    cache_write_cost_usd: Decimal | None
    """Cache writes, all lifetimes."""
    output_cost_usd: Decimal | None
    """Output of all modalities, reasoning included."""
    reasoning_cost_usd: Decimal | None
    """The part of output_cost_usd that is reasoning; never added to it."""
    tool_cost_usd: Decimal | None
    """Searches, containers, cache storage and other meters that are not tokens."""
    commitment_cost_usd: Decimal | None
    """Its share of the commitments that cover it, in place of its tokens' cost; else 0."""
    cost_usd: Decimal | None
    """Effective cost: the sum of the parts. 0 where nothing is billed, None where any part is not
    priced."""
    list_cost_usd: Decimal | None
    """What it would cost at list price, nothing deducted; None where the list lacks a price."""
    contracted_cost_usd: Decimal | None
    """What it would cost at the account's agreed prices, allowances deducted, commitments not."""
    cost_basis: str
    """metered_list; metered_contract where the account's contracts or allowances apply; allocated
    where a commitment covers it; unpriced."""
    unpriced_reason: str | None
    """Why cost_usd is None."""
    price_ids: str | None
    """The price rows used, comma separated, sorted."""
    contract_ids: str | None
    """The contracts that set a price used, comma separated, sorted."""
    price_revision: str
    """Revision of the price book that priced it."""
