"""AWS's bill in `core`: delivered in any shape, again or final, each charge once."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.sources.reading import ROOT, parse_texts
from tests.sources.reporting import billed, report
from unitcost.reading.ingest import ingest_all
from unitcost.session import open_session

FOLDER = ROOT / "aws_cur"
DAY, MONTH_END = date(2026, 11, 1), date(2026, 10, 31)


def _sum(rows: list[dict[str, Any]], name: str) -> int:
    return sum(r[name] or 0 for r in rows)


def test_a_bill_in_two_shapes_counts_once(tmp_path: Path) -> None:
    files = [FOLDER / "cur2.parquet", FOLDER / "cur2.csv"]
    costs, usage = report(tmp_path, files, MONTH_END)
    assert report(tmp_path, files[::-1], MONTH_END) == (costs, usage)
    assert len(costs) == 7
    assert billed(costs) == Decimal("9.5784225")
    assert {r["is_provisional"] for r in costs} == {False}


def test_units_become_tokens(tmp_path: Path) -> None:
    costs, usage = report(tmp_path, [FOLDER / "cur2.csv"], MONTH_END)
    assert _sum(usage, "input_tokens") == 750_000
    assert _sum(usage, "output_tokens") == 123
    assert _sum(usage, "cache_read_tokens") == 3_500_000
    assert _sum(usage, "cache_write_1h_tokens") == 100_000
    assert {r["raw_model"] for r in usage} == {"Claude Sonnet 4.5"}
    assert {r["charge_category"] for r in costs} == {"usage", "discount"}
    _, thousands = report(tmp_path, [FOLDER / "legacy.csv"], DAY)
    assert _sum(thousands, "input_tokens") == 1_234_567
    assert _sum(thousands, "cache_read_tokens") == 750
    assert _sum(thousands, "output_tokens") == 10_500 + 4_000


def test_an_invoiced_row_replaces_the_estimate_even_where_it_is_smaller(tmp_path: Path) -> None:
    text = (FOLDER / "legacy.csv").read_text()
    final = tmp_path / "final.csv"
    invoiced = text.replace("06:00:00Z,,AWS", "06:00:00Z,INV-1,AWS")
    final.write_text(
        invoiced.replace("0.9876536,,0.9876536", "0.9,,0.9").replace("0.9876536", "0.9")
    )
    costs, _ = report(tmp_path, [FOLDER / "legacy.csv", final], DAY, "aws_cur")
    assert len(costs) == 7
    assert billed(costs) == Decimal("0.9") + Decimal("0.10305") - Decimal("0.5")
    assert {r["is_provisional"] for r in costs} == {False}


@pytest.mark.parametrize(
    ("usage_type", "token_class"),
    [
        ("USE1-MP:USE1_InputTokenCount-Units", "input_tokens"),
        ("USE1-MP:USE1_CacheWriteInputTokenCount_Global-Units", "cache_write_unknown_tokens"),
        ("EUC1-MP:EUC1_CacheWrite1hInputTokenCount_Batch-Units", "cache_write_1h_tokens"),
        ("USE1-MP:USE1_cache_write_30m_input_tokens_long_ctx-Units", "cache_write_30m_tokens"),
        ("USE1-gpt-6-mantle-cache-read-tokens-priority", "cache_read_tokens"),
        ("USE1-Nova2.0Lite-text-output-tokens", "output_tokens"),
        ("USE1-NovaSonic-speech-audio-input-tokens", "input_audio_tokens"),
        ("USE1-Llama3-70B-ProvisionedThroughput-ModelUnits", None),
        ("USE1-KnowledgeBase-Rerank", None),
    ],
)
def test_usage_types_name_the_class(usage_type: str, token_class: str | None) -> None:
    (row,) = parse_texts("aws_cur", [_line(usage_type)])
    assert row["token_class"] == token_class
    assert row["reject_reason"] is None


def test_charges_of_other_services_are_left_out_and_counted(tmp_path: Path) -> None:
    landing = tmp_path / "landing" / "aws_cur"
    landing.mkdir(parents=True)
    (landing / "legacy.csv").write_bytes((FOLDER / "legacy.csv").read_bytes())
    with open_session(tmp_path) as session:
        (delivery,) = ingest_all(session, {"aws_cur"})
    assert (delivery.delivered, delivery.accepted, delivery.left_out) == (8, 7, 1)


def _line(usage_type: str) -> str:
    return (
        '{"line_item_line_item_type": "Usage", "line_item_product_code": "AmazonBedrock", '
        f'"line_item_usage_type": "{usage_type}", "line_item_usage_amount": "1", '
        '"line_item_unblended_cost": "0.1", "line_item_currency_code": "USD", '
        '"line_item_usage_start_date": "2026-11-01T00:00:00Z"}'
    )


@pytest.mark.parametrize(
    ("usage_type", "model", "token_class", "cost_type"),
    [
        ("USE1_input_tokens_global_standard-Units", "Claude Opus 5.5", "input_tokens", "tokens"),
        ("USW2_InputTokenCount-Units", "Claude Opus 5.5", "input_tokens", "tokens"),
        (
            "USW2-MP:USW2_cache_write_tokens_1h_standard-Units",
            "Claude Opus 5.5",
            "cache_write_1h_tokens",
            "tokens",
        ),
        (
            "APN1-MP:APN1_MillionBatchOutputTokens-Units",
            "Claude Opus 5.5",
            "output_tokens",
            "tokens",
        ),
        (
            "APS7-MP:APS7_Reserved_1Month_InputTPM_Geo-Units",
            "Claude Opus 5.5",
            None,
            "provisioned_throughput",
        ),
        ("USE1-Claude4Sonnet-input-tokens", "Claude4Sonnet", "input_tokens", "tokens"),
    ],
)
def test_usage_types_of_every_generation_name_model_and_class(
    usage_type: str, model: str, token_class: str | None, cost_type: str
) -> None:
    line = {
        "line_item_usage_start_date": "2026-09-01T00:00:00Z",
        "line_item_product_code": "AmazonBedrockFoundationModels",
        "line_item_usage_type": usage_type,
        "line_item_usage_amount": "2",
        "line_item_currency_code": "USD",
        "line_item_unblended_cost": "1",
        "pricing_unit": "Units",
        "product_product_name": "Claude Opus 5.5 (Amazon Bedrock Edition)",
    }
    (row,) = parse_texts("aws_cur", [json.dumps(line)])
    assert (row["raw_model"], row["token_class"]) == (model, token_class)
    assert row["cost_type"] == cost_type
