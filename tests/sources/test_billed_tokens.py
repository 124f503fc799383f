"""What the lines of clouds' bills say was used: which class of tokens, of which model, how many."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sources.reading import parse_texts
from tests.sources.reporting import AZURE, CHARGED, FIRST, SECOND, report


def test_tokens_are_counted_from_thousands_millions_and_ones(tmp_path: Path) -> None:
    _, azure = report(tmp_path, [AZURE / "ea.csv", AZURE / "mca.csv"], SECOND)
    assert sum(r["input_tokens"] or 0 for r in azure) == 1_234_567 + 500_000
    assert sum(r["cache_read_tokens"] or 0 for r in azure) == 800_000 + 1_250_000
    assert sum(r["output_tokens"] or 0 for r in azure) == 100_250 + 3_000 + 2_000
    _, charged = report(tmp_path, [CHARGED / "v1_2.csv"], FIRST)
    assert sum(r["output_tokens"] or 0 for r in charged) == 50_000 - 6_667
    assert {r["normalisation_rule"] for r in charged} == {"disjoint_rows"}


@pytest.mark.parametrize(
    ("sku", "token_class", "model"),
    [
        ("Gemini 2.5 Pro GA Text Input (Long) - Batch", "input_tokens", "Gemini 2.5 Pro GA"),
        ("Gemini 2.5 Flash GA Audio Input - Predictions", "input_audio_tokens", None),
        ("Gemini 3 Pro Image Output - Predictions", "output_image_tokens", "Gemini 3 Pro"),
        ("Gemini 2.5 Pro Caching Storage", None, "Gemini 2.5 Pro"),
        ("Veo 3 Video Generation", None, None),
        ("Generate content output token count gemini 2.5 flash", "output_tokens", None),
        (
            "Generate content output token count for gemini 2.5 pro short input",
            "output_tokens",
            "gemini 2.5 pro",
        ),
        ("Claude Sonnet 4.5 5m Cache Write Tokens", "cache_write_5m_tokens", "Claude Sonnet 4.5"),
    ],
)
def test_skus_name_class_and_model(sku: str, token_class: str | None, model: str | None) -> None:
    text = (
        f'{{"service": {{"description": "Vertex AI"}}, "sku": {{"description": "{sku}"}}, '
        '"usage_start_time": "2026-11-01T00:00:00Z", "cost": 1, "currency": "USD"}'
    )
    (row,) = parse_texts("gcp_billing", [text])
    assert row["token_class"] == token_class
    assert model is None or row["raw_model"] == model


@pytest.mark.parametrize(
    ("meter", "token_class", "model"),
    [
        ("gpt-4o-mini-0718-Inp-glbl Tokens", "input_tokens", "gpt-4o-mini-0718"),
        ("gpt 4o mini0718 BatchOutp DataZone Tokens", "output_tokens", "gpt 4o mini0718"),
        ("5.6 sol ShortCo Cd Wr Std Gl 1M Tokens", "cache_write_unknown_tokens", "5.6 sol"),
        ("5.4 mini cd Inp Gl 1M Tokens", "cache_read_tokens", "5.4 mini"),
        ("gpt-4o-transcribe-aud-inp-glbl Tokens", "input_audio_tokens", "gpt-4o-transcribe"),
        ("gpt-4o-transcribe-txt-out-glbl Tokens", "output_tokens", "gpt-4o-transcribe"),
        ("gpt-image-1 Image Outp glbl Tokens", "output_image_tokens", "gpt-image-1"),
        ("gpt-audio-mini Audio Inp glbl Tokens", "input_audio_tokens", "gpt-audio-mini"),
        ("embedding-ada-glbl Tokens", "input_tokens", "embedding-ada"),
    ],
)
def test_meters_name_class_and_model(meter: str, token_class: str, model: str) -> None:
    text = (
        '{"date": "2026-11-01", "meterCategory": "Azure OpenAI", "unitOfMeasure": "1K", '
        f'"meterName": "{meter}", "quantity": 2, "costInBillingCurrency": 1, '
        '"billingCurrency": "USD"}'
    )
    (row,) = parse_texts("azure_cost", [text])
    assert (row["token_class"], row["raw_model"]) == (token_class, model)


def test_googles_counts_are_tokens_in_focus_too(tmp_path: Path) -> None:
    file = tmp_path / "google.csv"
    file.write_text(
        "BilledCost,BillingCurrency,ChargeCategory,ChargePeriodStart,ChargePeriodEnd,ServiceName,"
        "ProviderName,ConsumedQuantity,ConsumedUnit,PricingQuantity,PricingUnit,x_SkuDescription\n"
        "3,USD,Usage,2026-11-01T00:00:00Z,2026-11-01T01:00:00Z,Vertex AI,Google Cloud,"
        "1234567,count,1.234567,1000000 count,Gemini 2.5 Flash GA Text Input - Predictions\n"
    )
    _, usage = report(tmp_path, [file], FIRST, "focus")
    assert [(r["raw_model"], r["input_tokens"]) for r in usage] == [
        ("Gemini 2.5 Flash GA", 1_234_567)
    ]


def test_azures_units_are_counted_in_the_blocks_it_prices(tmp_path: Path) -> None:
    file = tmp_path / "azure.csv"
    file.write_text(
        "BilledCost,BillingCurrency,ChargeCategory,ChargePeriodStart,ChargePeriodEnd,ServiceName,"
        "ProviderName,ConsumedQuantity,ConsumedUnit,PricingQuantity,PricingUnit,"
        "x_PricingUnitDescription,x_PricingBlockSize,x_SkuMeterName\n"
        "3,USD,Usage,2026-11-01T00:00:00Z,2026-11-02T00:00:00Z,Azure OpenAI,Microsoft,"
        "1234567,Units,1234.567,Units,1K,1000,gpt-4o-0806-Inp-glbl Tokens\n"
    )
    _, usage = report(tmp_path, [file], FIRST, "focus")
    assert [(r["raw_model"], r["input_tokens"]) for r in usage] == [("gpt-4o-0806", 1_234_567)]
