"""Gives OTLP batches under other names, and spans told one by one, the form of OTLP/JSON.

Which files hold such is decided by their first record, so that others cost nothing.
"""

from __future__ import annotations

import duckdb

from unitcost.sqltext import sql_text

FORMATS = ("otlp_json", "agent_events")
"""What is written in OTLP batches as they come."""
_OF_PROTO = (
    *("resource_spans", "scope_spans", "resource_logs", "scope_logs", "log_records"),
    *(
        "observed_time_unix_nano",
        "event_name",
        "trace_id",
        "span_id",
        "parent_span_id",
        "trace_state",
    ),
    *("start_time_unix_nano", "end_time_unix_nano", "time_unix_nano", "schema_url"),
    *("string_value", "int_value", "double_value", "bool_value", "bytes_value"),
    *("array_value", "kvlist_value"),
)
"""Names in the protocol's own files; a writer may keep them."""
_OLD = {
    # Until version 0.19 of the protocol, 2022.
    "instrumentationLibrarySpans": "scopeSpans",
    "instrumentation_library_spans": "scopeSpans",
    "instrumentationLibrary": "scope",
    "instrumentation_library": "scope",
}
_MARKS = (
    '"resource_spans"',
    '"resource_logs"',
    '"instrumentationLibrarySpans"',
    '"instrumentation_library_spans"',
)
_SINGLE = """contains(record, '"startTimeUnixNano"') and not contains(record, '"resourceSpans"')
    and json_type(record, '$.attributes') = 'OBJECT'"""
"""A span by itself, its attributes an object: as CloudWatch's log group `aws/spans` holds them."""
_PRINTED = "json_extract_string(record, '$.context.trace_id') like '0x%'"
"""A span as the console exporter of OpenTelemetry for Python prints it."""
_WRAPPED = """coalesce(
    json_type(record, '$.batches') = 'ARRAY'
    or json_type(record, '$.trace.resourceSpans') = 'ARRAY'
    or json_type(record, '$.tracesData.resourceSpans') = 'ARRAY'
    or json_type(record, '$.result.resourceSpans') = 'ARRAY', false)"""
"""A trace as Tempo's API answers it, or Jaeger's of version 3."""
_ENCODED = r"""regexp_matches(record, '"trace(Id|_id)"\s*:\s*"[A-Za-z0-9+/]{22}=="')"""
"""Ids in base64, as protocol buffers' own JSON has bytes."""


def _pairs(path: str) -> str:
    """SQL for the attributes of an object as OTLP has them, every value as text."""
    told = f"""from_json(json_extract(record, '{path}'), '"MAP(VARCHAR, JSON)"')"""
    return f"""list_transform(
        map_entries(coalesce({told}, map())),
        lambda e: {{'key': e.key, 'value': {{'stringValue': e.value ->> '$'}}}})"""


def _hex(path: str) -> str:
    return f"substr(json_extract_string(record, '{path}'), 3)"


def _nanos(path: str) -> str:
    moment = f"try_cast(json_extract_string(record, '{path}') as timestamptz)"
    return f"cast(epoch_us({moment}) * 1000 as varchar)"


_BASE64 = r"""'"(traceId|spanId|parentSpanId)"\s*:\s*"([A-Za-z0-9+/]+=+)"', '"\1":"base64:\2"'"""
"""Such ids are marked, as `sql/raw` reads hex."""
_ERRORS = """list_transform(
    from_json(json_extract(record, '$.events'), '[{"name": "VARCHAR", "attributes": "JSON"}]'),
    lambda e: json_object('name', e.name, 'attributes', [json_object(
        'key', 'exception.type',
        'value', json_object('stringValue', e.attributes ->> '$."exception.type"'))]))"""
_BATCH = f"""case
    when {_PRINTED}
    then cast(json_object('resourceSpans', [json_object(
        'resource', json_object('attributes', {_pairs("$.resource.attributes")}),
        'scopeSpans', [json_object('spans', [json_object(
            'traceId', {_hex("$.context.trace_id")},
            'spanId', {_hex("$.context.span_id")},
            'parentSpanId', {_hex("$.parent_id")},
            'name', json_extract_string(record, '$.name'),
            'kind', replace(json_extract_string(record, '$.kind'), 'SpanKind.', 'SPAN_KIND_'),
            'startTimeUnixNano', {_nanos("$.start_time")},
            'endTimeUnixNano', {_nanos("$.end_time")},
            'status', json_object('code', json_extract_string(record, '$.status.status_code')),
            'attributes', {_pairs("$.attributes")},
            'events', {_ERRORS}
        )])]
    )]) as varchar)
    when {_WRAPPED}
    then regexp_replace(cast(json_object('resourceSpans', coalesce(
        json_extract(record, '$.batches'), json_extract(record, '$.trace.resourceSpans'),
        json_extract(record, '$.tracesData.resourceSpans'),
        json_extract(record, '$.result.resourceSpans'))) as varchar), {_BASE64}, 'g')
    when {_SINGLE}
    then cast(json_object('resourceSpans', [json_object(
        'resource', json_object('attributes', {_pairs("$.resource.attributes")}),
        'scopeSpans', [json_object(
            'scope', json_extract(record, '$.scope'),
            'spans', [json_merge_patch(record, json_object(
                'resource', null, 'scope', null, 'events', null,
                'attributes', {_pairs("$.attributes")}
            ))]
        )]
    )]) as varchar)
    else record
end"""


def respell(con: duckdb.DuckDBPyConnection) -> None:
    """Make `raw.staged` hold the records in today's form, where the first one needs it."""
    marked = " or ".join(f"contains(record, {sql_text(mark)})" for mark in _MARKS)
    first = con.execute(
        f"select {marked}, {_SINGLE} or {_PRINTED} or {_WRAPPED}, {_ENCODED} "
        "from (select record from raw.staged limit 1)"
    ).fetchall()
    if not first or not any(first[0]):
        return
    text = _BATCH if first[0][1] else "record"
    for old, new in _names().items() if first[0][0] else ():
        text = f"""regexp_replace({text}, '"{old}"(\\s*:)', '"{new}"\\1', 'g')"""
    if first[0][2]:
        text = f"regexp_replace({text}, {_BASE64}, 'g')"
    con.execute(
        f"create or replace table raw.respelled as select source_line, {text} as record "
        "from raw.staged"
    )
    con.execute("create or replace view raw.staged as select * from raw.respelled")


def _names() -> dict[str, str]:
    return {name: _camel(name) for name in _OF_PROTO} | _OLD


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.title() for part in rest)


def fingerprint() -> bytes:
    """Changes with what is respelled."""
    return repr((_MARKS, _names(), _BATCH)).encode()
