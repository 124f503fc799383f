"""The invented product: its models and what they truly cost, features, customers and habits.

How a day of it unfolds is in `workflows`; nothing is drawn at random here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from itertools import product

PICO = 12
"""Money inside the generator is a whole number of 1e-12 dollars."""


@dataclass(frozen=True, slots=True)
class Rates:
    """True prices in dollars per million tokens; `search_unit` per thousand."""

    input: str = "0"
    cache_read: str = "0"
    cache_write_5m: str = "0"
    output: str = "0"
    search_unit: str = "0"


@cache
def picos(rates: Rates) -> tuple[int, int, int, int, int]:
    """The price of one token, or search unit, in 1e-12 dollars, in the order of the fields."""
    per_million = (rates.input, rates.cache_read, rates.cache_write_5m, rates.output)
    fresh, read, write, output = (int(Decimal(rate).scaleb(PICO - 6)) for rate in per_million)
    return fresh, read, write, output, int(Decimal(rates.search_unit).scaleb(PICO - 3))


@dataclass(frozen=True, slots=True)
class Model:
    """One model as the product calls it. `rates` None: nothing in the price book covers it.

    `list_rates` is what the provider's list says where something else is agreed.
    """

    provider: str
    name: str
    answers_as: str
    rates: Rates | None
    service_tier: str = "standard"
    list_rates: Rates | None = None


TICKET_MODEL = Model(
    "openai", "gpt-5.4-mini", "gpt-5.4-mini-2026-03-17", Rates("0.75", "0.075", "0", "4.50")
)
AGREED_TICKET_MODEL = replace(
    TICKET_MODEL, rates=Rates("0.60", "0.06", "0", "3.60"), list_rates=TICKET_MODEL.rates
)
"""The same model while the provider gives the discount below."""
FALLBACK_MODEL = Model(
    "anthropic", "claude-haiku-4-5", "claude-haiku-4-5-20251001", Rates("1", "0.10", "1.25", "5")
)
REPLY_MODEL = Model("openai", "gpt-5.4", "gpt-5.4-2026-03-05", Rates("2.50", "0.25", "0", "15"))
JUDGE_MODEL = Model(
    "openai", "gpt-5.4-nano", "gpt-5.4-nano-2026-03-17", Rates("0.20", "0.02", "0", "1.25")
)
EMBEDDING_MODEL = Model("openai", "text-embedding-3-small", "text-embedding-3-small", Rates("0.02"))
RERANK_MODEL = Model("cohere", "rerank-v3.5", "rerank-v3.5", Rates(search_unit="2"))
ANSWER_MODEL = Model(
    "google", "gemini-2.5-flash-lite", "gemini-2.5-flash-lite", Rates("0.10", "0.01", "0", "0.40")
)
CONTRACT_MODEL = Model(
    "anthropic", "claude-sonnet-4-6", "claude-sonnet-4-6", Rates("3", "0.30", "3.75", "15")
)
BATCH_MODEL = Model(
    "openai",
    "gpt-5.4-nano",
    "gpt-5.4-nano-2026-03-17",
    Rates("0.10", "0.01", "0", "0.625"),
    "batch",
)
LEGACY_MODEL = Model("self_hosted", "acme-triage-v2", "acme-triage-v2", None)


@dataclass(frozen=True, slots=True)
class Feature:
    """A product feature: who runs it, how often on a working day, and how its tasks end.

    `judged` says who states the outcome: `trace` (an attribute on the root span), `later` (the
    outcomes file, days after) or `nobody`. `success` is the share of judged tasks that succeed.
    """

    name: str
    workflow: str
    task_type: str
    service: str
    team: str
    daily_runs: int
    judged: str
    success: float
    unjudged: float = 0.15


TICKET_SUMMARY = Feature(
    "ticket-summary",
    "support_triage",
    "summarise_ticket",
    "support-api",
    "support",
    880,
    "later",
    0.93,
)
DRAFT_REPLY = Feature(
    "draft-reply", "reply_drafting", "draft_reply", "reply-writer", "support", 400, "later", 0.71
)
DOC_SEARCH = Feature(
    "doc-search", "doc_search", "answer_question", "docs-assistant", "docs", 300, "trace", 0.66
)
CONTRACT_REVIEW = Feature(
    "contract-review",
    "contract_review",
    "review_contract",
    "contracts",
    "legal-tech",
    38,
    "later",
    0.82,
)
DATA_AGENT = Feature(
    "data-agent", "data_agent", "analyse_data", "insights", "analytics", 55, "trace", 0.58
)
TAG_SUGGESTION = Feature(
    "tag-suggestion", "tag_suggestion", "suggest_tags", "tagger", "support", 160, "nobody", 0.0
)
CLASSIFICATION = Feature(
    "nightly-classification", "nightly_classification", "classify_ticket", "batch-worker",
    "platform", 260, "nobody", 0.0,
)  # fmt: skip
JUDGE_SERVICE, JUDGE_TEAM = "quality-judge", "ml-platform"

PROMPT_CHANGE = ("draft-reply", "7", "8")
"""Prompt name, version before and after the middle of the month; the later one is far longer."""
DISCOUNT_PCT = 20
DISCOUNT_ENDS_DAYS_BEFORE_END = 12
"""From that day on the discount that was agreed for TICKET_MODEL holds no longer."""
INCIDENT_DAYS_BEFORE_END = 9
"""On that day the providers throttle between 14 and 16 UTC."""
LOOP_DAYS_BEFORE_END = 6
LOOPING_RUNS = 2
LOOP_TURNS = 24
"""On that day the first runs of data-agent ask their tool the same thing so many times."""
CACHE_BREAK_DAYS_BEFORE_END = (3, 4, 5)
"""On these days a timestamp at the head of contract-review's prompt defeats the prompt cache."""

_STEMS = (
    "alder birch cobalt delta ember fjord granite harbor indigo juniper kestrel lumen maple nimbus "
    "orchid pioneer quartz river summit tundra"
)
_KINDS = "legal retail logistics health energy media travel labs finance foods"
CUSTOMERS = tuple(f"{stem}-{kind}" for kind, stem in product(_KINDS.split(), _STEMS.split()))
"""From the heaviest to the lightest user."""
UNDER_WATER = CUSTOMERS.index("birch-legal")
"""A big customer on a flat plan that sends every contract it has."""


_PLANS = (
    (5, "enterprise", "290.00"),
    (20, "business", "120.00"),
    (60, "team", "49.00"),
    (120, "starter", "25.00"),
    (len(CUSTOMERS), "solo", "12.00"),
)


def plan_of(rank: int) -> tuple[str, Decimal]:
    """The plan of the customer of that rank, and what it pays a month for it, in dollars."""
    if rank == UNDER_WATER:
        return "flat", Decimal("79.00")
    return next((plan, Decimal(price)) for below, plan, price in _PLANS if rank < below)
