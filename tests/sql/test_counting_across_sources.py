"""One call seen in several places is one request, whoever saw it and in whatever order."""

from __future__ import annotations

from typing import Any

import duckdb
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sql.records_by_hand import answer, logged
from tests.sql.spans_by_hand import chat, count, log_record, span, totals

TRACE = "a" * 32
PLACES = ("trace", "gateway", "provider")
# Many calls in few examples: to plan the steps takes longer than to count the calls.
SEEN = st.lists(st.sets(st.sampled_from(PLACES), min_size=1), min_size=1, max_size=12)


def traced(number: int) -> Any:
    return chat(f"call {number}", "root", answer(number), at=10 * number)


@settings(
    max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seen=SEEN, shuffle=st.randoms(use_true_random=False))
def test_any_sightings_in_any_order_count_each_call_once(
    counting: duckdb.DuckDBPyConnection, seen: list[set[str]], shuffle: Any
) -> None:
    spans = [span("root"), *(traced(n) for n, places in enumerate(seen) if "trace" in places)]
    records = [logged(n, 2) for n, places in enumerate(seen) if "gateway" in places]
    records += [logged(n, 1) for n, places in enumerate(seen) if "provider" in places]
    shuffle.shuffle(spans)
    shuffle.shuffle(records)
    rows = count(counting, spans, records)
    assert len(rows) == len(seen)
    assert totals(rows) == (100 * len(seen), 20 * len(seen))
    assert sorted(r["sighting_count"] for r in rows) == sorted(len(places) for places in seen)
    with_cost = [r for r in rows if r["reported_cost_usd"] is not None]
    assert len(with_cost) == sum("gateway" in places for places in seen)


def test_two_sources_that_tell_of_one_span_tell_of_one_call(
    counting: duckdb.DuckDBPyConnection,
) -> None:
    """A tracing tool's export cuts times to milliseconds and may count other tokens."""
    spans = [span("root"), chat("call", "root")]
    of_call = spans[1]
    export = log_record(
        "langfuse:1",
        witness=4,
        trace_id=of_call["trace_id"],
        span_id=of_call["span_id"],
        parent_span_id=of_call["parent_span_id"],
        span_name="chat",
        prompt_tokens=90,
        input_tokens=90,
    )
    (row,) = count(counting, spans, [export])
    assert row["sighting_count"] == 2


def of_bedrock(number: int, **attributes: str) -> Any:
    told = {"gen_ai.provider.name": "aws.bedrock", "aws.request_id": "6f1c2d3e-request"}
    return chat(f"call-{number}", "root", told | attributes)


def test_bedrocks_log_is_one_call_with_the_sdk_span_that_names_its_request(
    counting: duckdb.DuckDBPyConnection,
) -> None:
    log = log_record(
        "bedrock_invocation_log:1",
        witness=1,
        provider_name="aws.bedrock",
        provider_response_id="6f1c2d3e-request",
    )
    (row,) = count(counting, [span("root"), of_bedrock(0, **{"rpc.system": "aws-api"})], [log])
    assert row["sighting_count"] == 2


def test_calls_that_name_the_lambda_they_ran_in_stay_apart(
    counting: duckdb.DuckDBPyConnection,
) -> None:
    rows = count(counting, [span("root"), of_bedrock(0), of_bedrock(1)])
    assert len(rows) == 2


def test_vercels_gateway_is_one_call_with_the_sdk_span_that_names_its_generation(
    counting: duckdb.DuckDBPyConnection,
) -> None:
    told = {
        "gen_ai.system": "gateway",
        "gen_ai.response.id": "msg_01ABCDEFGHIJKLMNOP",
        "ai.response.providerMetadata.gateway.generationId": "gen_01KAAAAAAAAAAAAAA",
    }
    log = log_record(
        "vercel_ai_gateway:1",
        witness=2,
        provider_name="anthropic",
        provider_response_id="gen_01KAAAAAAAAAAAAAA",
    )
    (row,) = count(counting, [span("root"), chat("call-0", "root", told)], [log])
    assert row["sighting_count"] == 2


def test_a_gateways_cache_hit_repeats_an_id_and_is_a_free_request_of_its_own(
    counting: duckdb.DuckDBPyConnection,
) -> None:
    hit = logged(0, 2) | {
        "sighting_id": "gateway:hit",
        "is_cache_hit": True,
        "billed_state": "not_billed",
    }
    rows = count(counting, [span("root"), traced(0)], [logged(0, 2), hit])
    assert sorted(r["billed_state"] for r in rows) == ["billed", "not_billed"]
