"""SQL macros that take what may be kept out of OTLP attributes, and drop the rest.

Which keys those are is not known here; that is the vocabulary.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping

from unitcost.sqltext import sql_text

_PYTHON = """regexp_replace(regexp_replace(regexp_replace(
    replace(v, '''', '"'), '\\bNone\\b', 'null', 'g'), '\\bTrue\\b', 'true', 'g'),
    '\\bFalse\\b', 'false', 'g')"""

_ATTRIBUTES = """[{"key": "VARCHAR", "value": {"stringValue": "VARCHAR", "intValue": "VARCHAR",
    "boolValue": "VARCHAR", "doubleValue": "VARCHAR", "arrayValue": "VARCHAR",
    "kvlistValue": "VARCHAR"}}]"""
_SCOPE = '{"name": "VARCHAR", "version": "VARCHAR"}'
_SPANS = f"""{{"resourceSpans": [{{"resource": {{"attributes": {_ATTRIBUTES}}}, "scopeSpans": [{{
    "scope": {_SCOPE}, "spans": [{{
        "traceId": "VARCHAR", "spanId": "VARCHAR", "parentSpanId": "VARCHAR", "name": "VARCHAR",
        "kind": "VARCHAR", "startTimeUnixNano": "VARCHAR", "endTimeUnixNano": "VARCHAR",
        "traceState": "VARCHAR", "flags": "VARCHAR", "status": {{"code": "VARCHAR"}},
        "attributes": {_ATTRIBUTES},
        "events": [{{"name": "VARCHAR", "timeUnixNano": "VARCHAR", "attributes": {_ATTRIBUTES}}}]
    }}]}}]}}]}}"""
_LOGS = f"""{{"resourceLogs": [{{"resource": {{"attributes": {_ATTRIBUTES}}}, "scopeLogs": [{{
    "scope": {_SCOPE}, "logRecords": [{{
        "traceId": "VARCHAR", "spanId": "VARCHAR", "eventName": "VARCHAR", "flags": "VARCHAR",
        "timeUnixNano": "VARCHAR", "observedTimeUnixNano": "VARCHAR", "attributes": {_ATTRIBUTES}
    }}]}}]}}]}}"""

# Signature -> body. A macro stands after those it uses.
_FIXED = {
    # Only what is read of a batch gets a type; a part of another shape becomes NULL, no error.
    "otlp_spans(record)": f"from_json(record, '{_SPANS}').resourceSpans",
    "otlp_logs(record)": f"from_json(record, '{_LOGS}').resourceLogs",
    # Hex digits are read as a UUID, which is far quicker than a regular expression.
    "otlp_is_id(id, digits)": """case when id is not null then
        length(id) = digits and id <> repeat('0', digits)
        and try_cast(repeat(id, 32 // digits) as uuid) is not null end""",
    # An id that respelling has marked as base64, which no plain id may be.
    "otlp_hex(id)": """case when id like 'base64:%'
        then lower(hex(try(from_base64(substr(id, 8))))) else lower(id) end""",
    "otlp_kind(kind)": """case lower(replace(kind, 'SPAN_KIND_', ''))
        when '1' then 'internal' when '2' then 'server' when '3' then 'client'
        when '4' then 'producer' when '5' then 'consumer' when 'internal' then 'internal'
        when 'server' then 'server' when 'client' then 'client' when 'producer' then 'producer'
        when 'consumer' then 'consumer' end""",
    "otlp_status(code)": """case replace(code, 'STATUS_CODE_', '')
        when '1' then 'ok' when '2' then 'error' when 'OK' then 'ok' when 'ERROR' then 'error'
        end""",
    # A Python literal as JSON text; only good where the result is valid JSON.
    "python_as_json(v)": _PYTHON,
    # JSON or Python text as JSON, anything else NULL.
    "as_json(v)": """case
        when v[1] not in ('{', '[') then null
        when json_valid(v) then v
        when json_valid(python_as_json(v)) then python_as_json(v)
    end""",
    "otlp_list_text(v)": """case
        when json_valid(v) then array_to_string(json_extract_string(v, '$.values[*].*'), ',')
    end""",
    "otlp_object_text(v)": """case
        when json_valid(v) then try(to_json(map(
            json_extract_string(v, '$.values[*].key'),
            json_extract_string(v, '$.values[*].value.*')))::varchar)
    end""",
    # Whether it begins with a bracket; comparing texts costs less than looking into them.
    "otlp_may_be_list(v)": "v >= '[' and v < '\\'",
    # A list written as text becomes what a real list becomes.
    "otlp_string_text(v)": """case
        when starts_with(v, '["') or starts_with(v, '[''')
        then coalesce(array_to_string(json_extract_string(as_json(v), '$[*]'), ','), v)
        else v
    end""",
    # The text of an AnyValue; bytes have none.
    "otlp_value_text(v)": """coalesce(v.stringValue, v.intValue, v.boolValue, v.doubleValue,
        otlp_list_text(v.arrayValue), otlp_object_text(v.kvlistValue))""",
    # [{key, value}]
    "otlp_pairs(attributes)": """list_transform(
        attributes, lambda a: {'key': a.key, 'value': otlp_value_text(a.value)})""",
    # Whether a key tells usage, by the names that instrumentations give all of theirs.
    "otlp_is_usage(key)": """starts_with(key, 'gen_ai.usage.') or starts_with(key, 'llm.usage.')
        or starts_with(key, 'llm.token_count.') or starts_with(key, 'ai.usage.')
        or starts_with(key, 'gen_ai.aggregated_usage.')""",
    # Those that are kept as they are: and a number of usage that nothing reads, to be counted.
    "otlp_plain(pairs)": """list_filter(pairs, lambda p: case
        when otlp_is_allowed(p.key) then not otlp_may_be_list(p.value)
        when otlp_is_usage(p.key) then try_cast(p.value as decimal(38, 6)) is not null
        else false end)""",
    "otlp_unread(pairs)": """list_transform(list_filter(pairs, lambda p: case
        when otlp_is_usage(p.key) then not otlp_is_allowed(p.key)
        else false end), lambda p: p.key)""",
    # By cases, as every side of an `or` would be worked out for every value. Most are plain digits,
    # which come back as they were; a regular expression would be made anew for every lambda.
    "is_count(v)": """case
        when v is null or v = '' or try_cast(v as uinteger)::varchar = v then true
        when contains(v, '_') then false
        else coalesce(try_cast(v as decimal(38, 6)) between 0 and 1000000000000
            and try_cast(v as decimal(38, 6)) % 1 = 0, false) end""",
    # Those to look into: containers, input messages, and what may be a list written as text. Which
    # of these lists are kept is asked later, as a lambda that knows all keys is slow to begin.
    "otlp_is_text(p)": """case
        when otlp_is_text_key(p.key) then true else otlp_may_be_list(p.value) end""",
    # Those and what may be a bad count: a record without any needs no second look. In a container
    # of tokens that is a mere count there is nothing to look into.
    "otlp_notable(pairs)": """list_filter(pairs, lambda p: case
        when contains(p.key, 'oken') then not is_count(p.value)
        else otlp_is_text(p) end)""",
    "otlp_texts(notable)": """case
        when len(notable) > 0 then list_filter(notable, lambda p: otlp_is_text(p)) else [] end""",
    "otlp_known(attributes)": """otlp_pairs(
        list_filter(attributes, lambda a: otlp_is_allowed(a.key)))""",
    # Lists written as text are rare, and to prepare to look for them takes longer than to ask.
    "otlp_listed(pairs)": """case
        when len(list_filter(pairs, lambda p: otlp_may_be_list(p.value))) = 0 then pairs
        else list_transform(pairs, lambda p: {'key': p.key, 'value': otlp_string_text(p.value)})
        end""",
    # What is kept of a resource, whose containers are not looked into.
    "otlp_resource_pairs(attributes)": "otlp_listed(otlp_known(attributes))",
    "otlp_digest(pairs)": """list_aggregate(
        list_transform(pairs, lambda p: p.value), 'string_agg', '|')
        || list_aggregate(list_transform(pairs, lambda p: p.key), 'string_agg', '|')""",
    "otlp_first(pairs, name)": "list_filter(pairs, lambda p: p.key = name)[1].value",
    "otlp_log_name(record)": """coalesce(nullif(record.eventName, ''),
        list_filter(record.attributes, lambda a: a.key = 'event.name')[1].value.stringValue)""",
    # The class of the first exception, without its message.
    "otlp_exception_type(events)": """case when len(events) > 0 then list_filter(
        list_filter(events, lambda e: e.name = 'exception')[1].attributes,
        lambda a: a.key = 'exception.type')[1].value.stringValue end""",
    "otlp_lift(container, names, paths)": """list_transform(
        list_zip(names, json_extract_string(container, paths)),
        lambda z: {'key': z[1], 'value': z[2]})""",
    # Short scalars only: an object or a long text may hold a prompt or an answer.
    "is_lifted(key, v)": """length(v) <= 256 and v[1] not in ('{', '[') and (
        not starts_with(key, 'output.value.') or not contains(key, 'oken') or is_count(v))""",
    # The key of the first count that is none, or NULL.
    "otlp_bad_count(pairs)": """case when len(pairs) > 0 then list_filter(
        pairs, lambda p: case
            when contains(p.key, 'oken') then not is_count(p.value)
                and list_contains(otlp_count_keys(), p.key)
            else false end)[1].key end""",
    # The same among what is kept as it is, of which only what is notable can be one.
    "otlp_bad_plain_count(notable)": """otlp_bad_count(
        list_filter(notable, lambda p: not otlp_may_be_list(p.value)))""",
    # With JSON for values, or NULL where one is neither JSON nor Python text.
    "otlp_containers(texts)": """list_transform(
        list_filter(texts, lambda p: list_contains(otlp_container_keys(), p.key)),
        lambda p: {'key': p.key, 'value': as_json(p.value)})""",
    "otlp_lists(texts)": """otlp_listed(
        list_filter(texts, lambda p: otlp_is_allowed(p.key)))""",
}


def macros(
    allowed: Iterable[str],
    lifted: Mapping[str, Iterable[str]],
    input_messages: Iterable[str],
    counts: Iterable[str],
    events: Iterable[str],
) -> dict[str, str]:
    """Signature -> body of every macro that `sql/raw/otlp_json.sql` uses, in order of creation.

    What is kept of a record is `otlp_plain`, allowed keys as they are, and `otlp_found`: named keys
    out of containers, a digest of the input messages, the class of an exception. Nothing else.
    """
    texts = tuple(dict.fromkeys((*lifted, *input_messages)))
    lifts = " ".join(_lift(name, keys) for name, keys in lifted.items())
    first_input = ", ".join(f"otlp_first(texts, {sql_text(name)})" for name in input_messages)
    return {
        "otlp_is_allowed(key)": _is_one_of(allowed),
        "otlp_is_text_key(key)": _is_one_of(texts),
        "otlp_container_keys()": _list(lifted),
        "otlp_count_keys()": _list(counts),
        "otlp_kept_events()": _list(events),
        "otlp_names_event(record)": " or ".join(f"contains(record, {sql_text(e)})" for e in events),
        **_FIXED,
        # To be asked first costs less than a lambda of many cases that is run for nothing.
        "otlp_lifted(containers)": f"""case when len(containers) = 0 then [] else list_filter(
            flatten(list_transform(containers, lambda p: case p.key {lifts} else [] end)),
            lambda p: is_lifted(p.key, p.value)) end""",
        "otlp_derived(texts, exception)": f"""list_filter([
            {{'key': 'derived.input_hash', 'value': md5(coalesce({first_input}))}},
            {{'key': 'derived.exception_type', 'value': exception}}
        ], lambda p: p.value is not null)""",
        "otlp_found(texts, exception)": """case
            when len(texts) = 0 and exception is null then []
            else flatten([
                otlp_lists(texts), otlp_lifted(otlp_containers(texts)),
                otlp_derived(texts, exception)])
        end""",
    }


def _lift(container: str, keys: Iterable[str]) -> str:
    names = tuple(keys)
    paths = [_path(name.removeprefix(f"{container}.")) for name in names]
    lift = f"otlp_lift(p.value, {_list(names)}, {_list(paths)})"
    return f"when {sql_text(container)} then {lift}"


def _path(dotted: str) -> str:
    """A JSON path: names quoted, numbers as array indexes."""
    return "$" + "".join(f"[{p}]" if p.isdigit() else f'."{p}"' for p in dotted.split("."))


def _is_one_of(keys: Iterable[str]) -> str:
    """Whether `key` is one of these, which stand by their length: few are compared with one."""
    lists: dict[int, list[str]] = defaultdict(list)
    for key in keys:
        lists[len(key.encode())].append(key)
    ranked = [lists[length] for length in range(1, max(lists) + 1)]
    listed = f"""from_json({sql_text(json.dumps(ranked))}, '[["VARCHAR"]]')"""
    return f"coalesce(list_contains({listed}[strlen(key)], key), false)"


def _list(values: Iterable[str]) -> str:
    """A constant list, written as one text: hundreds of constants would each cost planning."""
    return f"string_split({sql_text(chr(10).join(values))}, chr(10))"
