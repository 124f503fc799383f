"""Reads the records of a call log: the source's own query, then the reading all call logs share.

What a record says is in `sql/raw/<format>.sql`, how it is read in `sql/raw/told_calls.sql`.
"""

from __future__ import annotations

import duckdb

from unitcost.queries import inlined
from unitcost.sources.usage_objects import rule_macros, with_usage
from unitcost.statements import run
from unitcost.workbench import create_empty
from unitcost_models.base import columns
from unitcost_models.call_logs import ToldCall

_SHARED_QUERY = "raw.told_calls"
"""What decides how every call log is read, besides its own query."""

_GEMINI_NAMES = (
    *("prompt_token_count", "candidates_token_count", "response_token_count", "total_token_count"),
    *("cached_content_token_count", "tool_use_prompt_token_count", "thoughts_token_count"),
    *("prompt_tokens_details", "candidates_tokens_details", "response_tokens_details"),
    *("cache_tokens_details", "token_count", "traffic_type"),
)
"""What Google's Python SDK calls the counts that the API calls promptTokenCount and so on."""


def _as_api_names(text: str) -> str:
    """SQL that gives a usage object's names the API's spelling."""
    for name in _GEMINI_NAMES:
        first, *rest = name.split("_")
        camel = first + "".join(part.title() for part in rest)
        text = f"""replace({text}, '"{name}"', '"{camel}"')"""
    return text


# Signature -> body, each after those it uses. `v` is text.
_MACROS = {
    # Microseconds since 1970 of ISO 8601 text, or of an epoch number in s, ms, us or ns.
    "told_moment(v)": """case
        when plain_time(v) is null then null
        when v[5] = '-' then epoch_us(try_cast(v as timestamptz) at time zone 'UTC')
        when try_cast(v as decimal(28, 9)) is null
            then epoch_us(try_cast(v as timestamptz) at time zone 'UTC')
        when try_cast(v as decimal(28, 9)) < 100000000000
            then try_cast(floor(try_cast(v as decimal(28, 9)) * 1000000) as bigint)
        when try_cast(v as decimal(28, 9)) < 100000000000000
            then try_cast(floor(try_cast(v as decimal(28, 9)) * 1000) as bigint)
        when try_cast(v as decimal(28, 9)) < 100000000000000000
            then try_cast(floor(try_cast(v as decimal(28, 9))) as bigint)
        else try_cast(floor(try_cast(v as decimal(28, 9))) as bigint) // 1000
    end""",
    "told_decimal(v)": "case when not contains(v, '_') then try_cast(v as decimal(28, 6)) end",
    "told_whole(v)": """case
        when contains(cast(v as varchar), '_') then null
        when try_cast(v as decimal(38, 6)) between 0 and 1000000000000
            and try_cast(v as decimal(38, 6)) % 1 = 0
        then try_cast(try_cast(v as decimal(38, 6)) as bigint)
    end""",
    # The object or array that a text holds.
    "told_container(v)": """case
        when json_valid(v) then if(json_type(v::json) in ('OBJECT', 'ARRAY'), v::json, null)
    end""",
    # An object or array, also where it is held as text.
    "told_json(v)": """case
        when json_type(v) in ('OBJECT', 'ARRAY') then v
        when json_type(v) = 'VARCHAR' then told_container(v ->> '$')
    end""",
    "told_gemini(v)": f"cast({_as_api_names('cast(v as varchar)')} as json)",
    # The names and values of an object, as text; NULL where it is none.
    "told_map(v)": """case
        when json_type(v) = 'OBJECT' then from_json(v, '"MAP(VARCHAR, VARCHAR)"')
    end""",
    # A list of names and values as a map: the first of each name.
    "told_named(pairs)": """case
        when len(list_distinct(list_transform(pairs, lambda p: p.key))) = len(pairs)
            then map_from_entries(pairs)
        else coalesce(map_from_entries(list_filter(
            pairs, lambda p, i: p.key is not null and list_position(
                list_transform(pairs, lambda o: o.key), p.key) = i)), map())
    end""",
    # An object whose names an SDK for JavaScript has respelled, under the API's own.
    "told_snake(v)": r"""to_json(told_named(list_transform(
        map_entries(from_json(v, '"MAP(VARCHAR, JSON)"')), lambda e: {
            'key': lower(regexp_replace(e.key, '([a-z0-9])([A-Z])', '\1_\2', 'g')), 'value': e.value
        })))""",
    # A count as JSON has it; a text that is none stays one, so that the rule refuses it.
    "told_count(v)": """case
        when told_whole(v) is not null then to_json(told_whole(v))
        when v is not null then to_json(v)
    end""",
    # Header names in lower case; a list of one value is that value.
    "told_headers(v)": """try(map_from_entries(list_transform(
        map_entries(told_map(told_json(v))),
        lambda e: {'key': lower(e.key), 'value': trim(e.value, '[]"')}
    )))""",
    # The last word that several objects of counts say on each name.
    "told_merged(objects)": """to_json(list_reduce(
        list_transform(objects, lambda o: map_from_entries(list_filter(
            map_entries(coalesce(from_json(o, '"MAP(VARCHAR, JSON)"'), map())),
            lambda e: e.value is not null))),
        lambda x, y: map_concat(x, y)))""",
    # The request id as the AWS SDK for JavaScript names it.
    "told_sdk_request(v)": """json_extract_string(v, '$."$metadata".requestId')""",
    # Hex ids are compared in lower case, others as they are.
    "told_id(v, digits)": """case
        when length(v) = digits and regexp_full_match(v, '[0-9a-fA-F]*') then lower(v)
        else nullif(v, '')
    end""",
    # An id of bytes in base64 as hex; hex is taken as it is.
    "told_hex(v)": """case
        when regexp_full_match(v, '[0-9a-fA-F]*') then v
        else coalesce(lower(hex(try(from_base64(v)))), v)
    end""",
    # An evaluation as OTLP/JSON has it: an event of the span it judges.
    "told_judgement(name, label, score, moment_us)": """json_object(
        'name', 'gen_ai.evaluation.result',
        'timeUnixNano', cast(moment_us * 1000 as varchar),
        'attributes', list_filter([
            {'key': 'gen_ai.evaluation.name', 'value': {'stringValue': name}},
            {'key': 'gen_ai.evaluation.score.label', 'value': {'stringValue': label}},
            {'key': 'gen_ai.evaluation.score.value', 'value': {'stringValue': score}}
        ], lambda a: a.value.stringValue <> ''))""",
    **rule_macros(),
}

# A digest of all that is told of a record, wherever it stands.
_PLACES = ("source_line", "record", "judgements")
_TOLD = ", ".join(f"'{c.name}': {c.name}" for c in columns(ToldCall) if c.name not in _PLACES)
_CONTENT = f"md5(to_json({{{_TOLD}}})::varchar || coalesce(judgements::varchar, ''))"


def fingerprint() -> bytes:
    """Changes with whatever decides how call logs are read, besides their own queries."""
    return (inlined(_SHARED_QUERY) + repr(_MACROS) + _CONTENT).encode()


def create_macros(con: duckdb.DuckDBPyConnection) -> None:
    """Make the macros by which texts are read."""
    for signature, body in _MACROS.items():
        run(con, f"create or replace macro {signature} as {body}")


def parse_call_log(con: duckdb.DuckDBPyConnection, source_format: str) -> None:
    """Make `raw.parsed` of `raw.staged`, with the columns of `RawCall`."""
    create_macros(con)
    create_empty(con, ToldCall, "steps.told_shape")
    run(
        con,
        f"""create or replace table steps.told as
            select row_number() over () as told_no, {_CONTENT} as content, *
            from (
                select * from steps.told_shape
                union all by name
                ({inlined(f"raw.{source_format}")})
            )""",
    )
    run(
        con,
        """create or replace view raw.usage_bodies as
           select
               told_no as body_id,
               usage_rule as rule,
               cast(case when json_valid(usage) then usage else 'null' end as json) as usage
           from steps.told
           where usage is not null""",
    )
    run(con, f"create or replace table raw.parsed as {with_usage(con, _SHARED_QUERY)}")
