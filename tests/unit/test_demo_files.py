"""The demo's files: reproducible, in their vendors' shapes, and holding exactly what happened."""

from __future__ import annotations

import csv
import gzip
import json
from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from unitcost.demo import Truth, demo_truth, write_agreement, write_demo
from unitcost.demo.scenario import CONTRACT_MODEL, CUSTOMERS, UNDER_WATER, picos, plan_of
from unitcost.errors import UsageError

THROUGH = date(2026, 11, 12)
DAYS = 4
FORMATS = {
    "otlp_json",
    "litellm",
    "requests",
    "openai_usage",
    "openai_costs",
    "anthropic_usage",
    "anthropic_costs",
    "outcomes",
    "revenue",
}


@pytest.fixture(scope="module")
def landing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("landing")
    write_demo(folder, THROUGH, days=DAYS)
    return folder


@pytest.fixture(scope="module")
def truth() -> Truth:
    return demo_truth(THROUGH, days=DAYS)


def text_of(path: Path) -> str:
    content = path.read_bytes()
    return (gzip.decompress(content) if path.suffix == ".gz" else content).decode()


def records(folder: Path) -> Iterator[dict[str, Any]]:
    for path in sorted(folder.iterdir()):
        yield from (json.loads(line) for line in text_of(path).splitlines())


def spans(landing: Path) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Service, span and its attributes as plain values."""
    for line in records(landing / "otlp_json"):
        for resource in line["resourceSpans"]:
            service = plain(resource["resource"]["attributes"])["service.name"]
            for scope in resource["scopeSpans"]:
                for span in scope["spans"]:
                    yield service, span, plain(span["attributes"])


def plain(attributes: list[dict[str, Any]]) -> dict[str, Any]:
    return {a["key"]: next(iter(a["value"].values())) for a in attributes}


def results(landing: Path, source: str) -> list[dict[str, Any]]:
    pages = [json.loads(text_of(path), parse_float=Decimal) for path in landing.glob(f"{source}/*")]
    return [row for page in pages for bucket in page["data"] for row in bucket["results"]]


def test_the_same_arguments_write_the_same_bytes(landing: Path, tmp_path: Path) -> None:
    again = write_demo(tmp_path, THROUGH, days=DAYS)
    assert {path.relative_to(tmp_path) for path in again} == {
        path.relative_to(landing) for path in landing.rglob("*") if path.is_file()
    }
    assert all(p.read_bytes() == (landing / p.relative_to(tmp_path)).read_bytes() for p in again)


def test_another_seed_is_another_month(landing: Path, tmp_path: Path) -> None:
    name = f"litellm/gateway-{THROUGH}.jsonl"
    write_demo(tmp_path, THROUGH, seed=8, days=1)
    assert (tmp_path / name).read_bytes() != (landing / name).read_bytes()


def test_every_format_is_delivered_some_of_it_compressed(landing: Path) -> None:
    assert {path.name for path in landing.iterdir()} == FORMATS
    suffixes = {path.suffix for path in (landing / "otlp_json").iterdir()}
    assert suffixes == {".gz", ".jsonl"}


def test_children_come_before_parents_and_traces_span_lines(landing: Path) -> None:
    line_of: dict[str, int] = {}
    lines_of_trace: dict[str, set[int]] = {}
    parents: dict[str, str] = {}
    for number, line in enumerate(records(landing / "otlp_json")):
        for span in line["resourceSpans"][0]["scopeSpans"][0]["spans"]:
            line_of[span["spanId"]] = number
            parents[span["spanId"]] = span.get("parentSpanId", "")
            lines_of_trace.setdefault(span["traceId"], set()).add(number)
    assert all(not parent or parent in line_of for parent in parents.values())
    assert any(len(lines) > 1 for lines in lines_of_trace.values())
    later = [line_of[p] >= line_of[child] for child, p in parents.items() if p]
    assert sum(later) > 0.95 * len(later)


def test_tokens_in_the_files_are_the_tokens_that_were_billed(landing: Path, truth: Truth) -> None:
    told: Counter[str] = Counter()
    for service, span, attributes in spans(landing):
        if service != "support-api" and not span["name"].startswith("invoke_agent"):
            told["input"] += prompt_tokens(attributes)
            told["output"] += completion_tokens(attributes)
    for record in records(landing / "litellm"):
        if not record["cache_hit"]:
            told["input"] += record["prompt_tokens"]
            told["output"] += record["completion_tokens"]
    for record in records(landing / "requests"):
        told["input"] += record["input_tokens"]
        told["output"] += record["output_tokens"]
    assert told["input"] == sum(usage.prompt_tokens for usage in truth.tokens.values())
    assert told["output"] == sum(usage.completion_tokens for usage in truth.tokens.values())


def prompt_tokens(attributes: dict[str, Any]) -> int:
    names = ("gen_ai.usage.input_tokens", "llm.token_count.prompt")
    return int(next((attributes[name] for name in names if name in attributes), 0))


def completion_tokens(attributes: dict[str, Any]) -> int:
    names = ("gen_ai.usage.output_tokens", "llm.token_count.completion")
    return int(next((attributes[name] for name in names if name in attributes), 0))


def test_agent_spans_repeat_their_children(landing: Path) -> None:
    agents: dict[str, int] = {}
    children: Counter[str] = Counter()
    for _, span, attributes in spans(landing):
        if span["name"].startswith("invoke_agent"):
            agents[span["spanId"]] = prompt_tokens(attributes)
        else:
            children[span.get("parentSpanId", "")] += prompt_tokens(attributes)
    assert sum(agents.values()) > 0
    assert all(children[agent] == repeated for agent, repeated in agents.items())


def test_answered_gateway_calls_have_a_span_with_their_id(landing: Path) -> None:
    logged = {
        record["id"]
        for record in records(landing / "litellm")
        if record["status"] == "success" and record["model_group"] == "ticket-summary"
    }
    seen = {
        a.get("gen_ai.response.id") for service, _, a in spans(landing) if service == "support-api"
    }
    assert logged == seen - {None}


def test_reported_costs_are_exact_and_close_to_the_truth(landing: Path, truth: Truth) -> None:
    openai = sum(row["amount"]["value"] for row in results(landing, "openai_costs"))
    anthropic = sum(Decimal(row["amount"]) / 100 for row in results(landing, "anthropic_costs"))
    other = sum(
        (usage.search_units * Decimal("0.002") if provider == "cohere" else Decimal(0))
        + (
            (usage.input_tokens + 4 * usage.completion_tokens) * Decimal("0.0000001")
            if provider == "google"
            else Decimal(0)
        )
        for (provider, _, _), usage in truth.tokens.items()
    )
    gap = openai + anthropic + other - truth.cost_usd
    assert truth.unseen_usd < gap + Decimal("0.05")
    assert 0 < gap < truth.cost_usd / 20


def test_usage_and_cost_reports_of_a_provider_agree(landing: Path) -> None:
    written = sum(
        row["cache_creation"]["ephemeral_5m_input_tokens"]
        for row in results(landing, "anthropic_usage")
    )
    charged = sum(
        Decimal(row["amount"])
        for row in results(landing, "anthropic_costs")
        if row["token_type"] == "cache_creation.ephemeral_5m_input_tokens"
    )
    assert written > 0
    assert charged == written * Decimal("0.000375")


def test_nothing_happens_outside_the_month(landing: Path, truth: Truth) -> None:
    assert set(truth.cost_by_day) == {date(2026, 11, day) for day in range(9, 13)}
    outcomes = csv.DictReader(text_of(next(landing.glob("outcomes/*"))).splitlines())
    judged = [row["outcome_at"][:10] for row in outcomes]
    assert min(judged) >= "2026-11-09"
    assert max(judged) <= "2026-11-12"


def test_every_day_costs_what_the_month_costs(truth: Truth) -> None:
    assert sum(truth.cost_by_day.values()) == truth.cost_usd
    assert sum(truth.cost_by_feature.values()) == truth.cost_usd
    assert sum(truth.cost_by_customer.values()) == truth.cost_usd
    assert sum(truth.by_status.values()) == truth.requests


def test_one_big_customer_pays_less_than_it_costs() -> None:
    month = demo_truth(THROUGH)
    assert month.cost_by_customer[CUSTOMERS[UNDER_WATER]] > plan_of(UNDER_WATER)[1]


def test_true_prices_are_whole_picodollars() -> None:
    assert CONTRACT_MODEL.rates is not None
    assert picos(CONTRACT_MODEL.rates) == (3_000_000, 300_000, 3_750_000, 15_000_000, 0)


def test_the_agreement_is_written_again_but_never_over_anothers(tmp_path: Path) -> None:
    path = write_agreement(tmp_path, THROUGH, days=DAYS)
    text = path.read_text()
    assert write_agreement(tmp_path, THROUGH, days=DAYS) == path
    path.write_text(text.replace("demo-ticket-discount", "mine"))
    with pytest.raises(UsageError, match="not the demo's"):
        write_agreement(tmp_path, THROUGH, days=DAYS)
    assert "mine" in path.read_text()
