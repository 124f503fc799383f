"""The marts of what prompts are made of: retrieved text, their versions, what was said before.

All are made of all days when they are read. How requests come out in all is in `profiles`.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import ClassVar

from unitcost_models.base import Row


class RetrievalPadding(Row):
    """How much of the prompts was retrieved for them, and does the longer half succeed more?

    Inference calls of runs that embed, retrieve or rerank; priced ones with a known prompt. A run
    over midnight is one on each of its days. Where prompts longer than the middle one do not
    succeed more often than the others, padding_cost_usd is what shorter contexts would return.
    """

    table: ClassVar[str] = "marts.retrieval_padding"
    key: ClassVar[tuple[str, ...]] = ("month", "feature", "workflow", "provider", "model")
    is_daily: ClassVar[bool] = False

    month: str
    """`YYYY-MM`, UTC."""
    feature: str
    """The product feature; `(unattributed)` where unknown."""
    workflow: str
    """The workflow; `(unattributed)` where unknown."""
    provider: str
    """Who makes the model."""
    model: str
    """Canonical model key; `(unattributed)` where no rule resolves the name."""
    runs: int
    """Runs that retrieve and call the model."""
    requests: int
    """Their calls of the model, attempts included."""
    prompt_tokens: int
    """Prompt tokens of these calls."""
    shortest_prompt_tokens: int
    """The shortest prompt: instructions and the question at least are no longer than that."""
    median_prompt_tokens: int
    """The middle prompt; of two the shorter."""
    longest_prompt_tokens: int
    """The longest prompt."""
    added_tokens: int
    """What the prompts have beyond the shortest: retrieved text and longer questions."""
    added_pct: Decimal
    """added_tokens as a percentage of prompt_tokens."""
    padding_tokens: int
    """What the longer prompts have beyond the middle one."""
    prompt_cost_usd: Decimal | None
    """Cost of these prompts: fresh, read from and written to caches."""
    added_cost_usd: Decimal | None
    """The part of it for added_tokens, at what tokens of prompts as long cost on average."""
    padding_cost_usd: Decimal
    """The part of it for padding_tokens."""
    shorter_success_rate_pct: Decimal | None
    """Of the calls no longer than the middle one those whose tasks succeeded, of all judged ones;
    None where none is judged."""
    longer_success_rate_pct: Decimal | None
    """The same of the longer ones."""


class PromptGrowth(Row):
    """Would a doubled prompt have been seen, and when did it ship?

    Versions follow each other by their first request. Requests with a known prompt only.
    """

    table: ClassVar[str] = "marts.prompt_growth"
    key: ClassVar[tuple[str, ...]] = ("prompt_name", "prompt_version")
    is_daily: ClassVar[bool] = False

    prompt_name: str
    """Prompt template."""
    prompt_version: str
    """Version."""
    first_on: date
    """Day it shipped."""
    last_on: date
    """Last day it was used."""
    requests: int
    """Requests, attempts included."""
    unpriced_requests: int
    """Those without a price: in the tokens, and in no cost."""
    prompt_per_request: Decimal
    """Prompt tokens of a request, mean."""
    previous_version: str | None
    """The version that shipped before it."""
    growth_pct: Decimal | None
    """How much longer its prompts are than that version's."""
    shortest_prompt_tokens: int
    """The shortest prompt: a bound from above for what all calls of the version repeat."""
    longest_prompt_tokens: int
    """The longest prompt."""
    cache_read_pct: Decimal | None
    """cache_read_tokens as a percentage of prompt_tokens."""
    prompt_cost_usd: Decimal | None
    """Cost of the prompts: fresh, read from and written to caches; None where none has a price."""
    repeated_prefix_usd: Decimal | None
    """The shortest prompt's share of prompt_cost_usd: the most that the repeated part can have cost
    at the mean price of a token."""
    cost_per_request_usd: Decimal | None
    """Cost of a priced request, answers included."""


class ConversationTurn(Row):
    """What does a long conversation cost more per turn than a short one?"""

    table: ClassVar[str] = "marts.conversation_turns"
    key: ClassVar[tuple[str, ...]] = ("month", "feature", "turn_no")
    is_daily: ClassVar[bool] = False

    month: str
    """`YYYY-MM`, UTC."""
    feature: str
    """The product feature; `(unattributed)` where unknown."""
    turn_no: int
    """Place of the call in its session, else run; 20 stands for 20 and later."""
    calls: int
    """Served calls with known usage and price."""
    prompt_per_call: Decimal
    """Prompt tokens of a call, mean."""
    completion_per_call: Decimal | None
    """Completion tokens of a call, mean."""
    cost_usd: Decimal
    """Sum of the known costs."""
    cost_per_call_usd: Decimal
    """Cost of a call."""
    prompt_to_first_turn_pct: Decimal | None
    """prompt_per_call as a percentage of the first turn's; None in a month without first turns."""
    prompt_cost_usd: Decimal
    """Cost of the prompts: fresh, read from and written to caches."""
    context_tax_usd: Decimal
    """prompt_cost_usd less what the first turns of the same conversations cost, whenever they were:
    the price of what was said before."""
