"""Reads the rows of a provider's report: the source's own query, then what all reports share.

What a row says is in `sql/raw/<format>.sql`, how it is read in `sql/raw/told_reports.sql`.
"""

from __future__ import annotations

import re

import duckdb

from unitcost.queries import inlined, load_query
from unitcost.reading import call_logs
from unitcost.sqltext import sql_text
from unitcost.statements import run
from unitcost.workbench import create_empty
from unitcost_models.reports import ToldReport

SHARED_QUERY = "raw.told_reports"
"""What decides how every report is read, besides its own query."""

_NAMES = re.compile(r"names\['([a-z0-9]+)'\]")
# Signature -> body, each after those it uses. `v` is text, `w` the words of a text: lower case, a
# blank on either side.
_MACROS = {
    # However a name is cased and cut: lineItem/UsageType and line_item_usage_type are
    # lineitemusagetype.
    "report_plain(name)": "regexp_replace(lower(name), '[^a-z0-9]', '', 'g')",
    # The values of a small object by plain name; of several of a name the first is kept.
    "report_details(v)": """map_from_entries(list_filter(
        list_transform(map_entries(from_json(v, '"MAP(VARCHAR, VARCHAR)"')),
            lambda e: {'key': report_plain(e.key), 'value': nullif(trim(e.value), '')}),
        lambda p, i: list_position([report_plain(k) for k in json_keys(v)], p.key) = i))""",
    "report_quoted(record)": r"""regexp_replace(
        record, '("[^"\\]*"\s*:\s*)(-?[0-9][0-9.eE+-]*)(\s*[,}\]])', '\1"\2"\3', 'g')""",
    # JSON with its bare numbers as texts, so that no digit is lost. Rows of CSV have none.
    "report_exact(record)": r"""case
        when not regexp_matches(record, '"\s*:\s*-?[0-9]') then record
        when json_valid(report_quoted(record)) then report_quoted(record)
        else record
    end""",
    "report_words(v)": r"""' ' || trim(regexp_replace(lower(regexp_replace(regexp_replace(
        v, '([a-z0-9])([A-Z])', '\1 \2', 'g'), '([a-z])([0-9])', '\1 \2', 'g')),
        '[^a-z0-9]+', ' ', 'g')) || ' '""",
    "report_has(w, names)": "regexp_matches(w, ' (?:' || names || ') ')",
    # The class of tokens that usage types, meters and SKUs of all clouds name in like words.
    "report_token_class(w)": """case
        when report_has(w, 'storage|hours?|hourly|provisioned|ptus?|tpm|seconds?|training|trained')
            then null
        when report_has(w, 'cached?|caching|cd|cchd')
            then case
                when not report_has(w, 'writes?|creation|wr') and report_has(w, 'audio')
                    then 'cache_read_audio_tokens'
                when not report_has(w, 'writes?|creation|wr') and report_has(w, 'images?|img')
                    then 'cache_read_image_tokens'
                when not report_has(w, 'writes?|creation|wr') then 'cache_read_tokens'
                when report_has(w, '5 ?m|5 ?min') then 'cache_write_5m_tokens'
                when report_has(w, '1 ?h|1 ?hr') then 'cache_write_1h_tokens'
                when report_has(w, '30 ?m|30 ?min') then 'cache_write_30m_tokens'
                when report_has(w, '12 ?h|12 ?hr') then 'cache_write_12h_tokens'
                else 'cache_write_unknown_tokens'
            end
        when report_has(w, 'output|outp|outpt|otpt|opt|out|response|completion')
            then case
                when report_has(w, 'thinking|reasoning') then 'reasoning_tokens'
                when report_has(w, 'audio|aud') then 'output_audio_tokens'
                when report_has(w, 'images?|img') then 'output_image_tokens'
                when not report_has(w, 'video') then 'output_tokens'
            end
        when report_has(w, 'input|inp|inpt|prompt')
            then case
                when report_has(w, 'audio|aud') then 'input_audio_tokens'
                when report_has(w, 'images?|img') then 'input_image_tokens'
                else 'input_tokens'
            end
        when report_has(w, 'embeddings?') and report_has(w, 'tokens?') then 'input_tokens'
    end""",
    # What a line without a token class is for.
    "report_cost_type(w)": """case
        when report_has(w, 'provisioned|ptus?|tpm') then 'provisioned_throughput'
        when report_has(w, 'cach(?:e|ed|ing)') and report_has(w, 'storage') then 'cache_storage'
        when report_has(w, 'grounding|grounded') then 'grounding'
        when report_has(w, 'web search(?:es)?') then 'web_search'
        when report_has(w, 'file search(?:es)?') then 'file_search'
        when report_has(w, 'code interpreter|code execution') then 'code_execution'
        when report_has(w, 'guardrails?|content policy') then 'guardrail'
        when report_has(w, 'fine ?tun(?:e|ed|ing)|training|trained') then 'training'
    end""",
    # The model of an AWS usage type, and of a meter or SKU: what stands before the class.
    "report_usage_model(v)": r"""nullif(regexp_extract(
        v, '^(?:[A-Z]{2,4}[0-9]*-)?([^:]+?)-(?:mantle|input|output|cache|text|image|audio|thinking'
        || '|reasoning|speech|video)-', 1), '')""",
    "report_meter_model(v)": r"""nullif(trim(coalesce(
        nullif(regexp_extract(v, '(?i)token count (?:for )?(.+?)(?:[ -]+(?:short|long|input'
            || '|output|cached|batch|flex|priority)\b.*)?$', 1), ''),
        nullif(regexp_extract(
            v, '(?i)^(gpt[ -](?:image|audio)(?:[ -](?:mini|preview|[0-9][0-9.]*))*)[ -]', 1), ''),
        regexp_extract(v, '(?i)^(.+?)[ -]+(?:text|txt|image|audio|aud|video|thinking|reasoning'
        || '|5m|1h|30m|12h'
        || '|batch(?:inp|outp)?|flex|priority|pp|input|inp|inpt|output|outp|outpt|opt|cached?'
        || '|caching|cchd|cd|shortco|longco|short|long|training|provisioned|global|glbl|regnl'
        || '|predictions?)\b', 1)
    ), ' -'), '')""",
    # Tokens in a unit: `1K tokens`, `1M`, `1000000 Tokens`, `tokens`; NULL where it counts others.
    "report_unit_size(v)": r"""case
        when v is null or not regexp_matches(
            lower(v), '^\s*[0-9.]*\s*(?:[km]|thousand|million)?\s*(?:tokens?)?\s*$') then null
        else try_cast(coalesce(
            try_cast(nullif(regexp_extract(v, '^\s*([0-9.]+)', 1), '') as decimal(18, 6)), 1
        ) * case regexp_extract(lower(v), '([km]|thousand|million)\s*(?:tokens?)?\s*$', 1)
            when 'k' then 1000 when 'thousand' then 1000
            when 'm' then 1000000 when 'million' then 1000000 else 1 end as bigint)
    end""",
    "report_tier(w)": """case
        when report_has(w, 'flex') then 'flex'
        when report_has(w, 'priority|prty|pp') then 'priority'
        when report_has(w, 'provisioned|ptus?') then 'provisioned'
        when report_has(w, 'batch') then 'batch'
        when report_has(w, 'standard|std') then 'standard'
    end""",
    "report_geo(w, region)": """case
        when report_has(w, 'global|glbl|gl') then 'global'
        when report_has(w, 'data zone|dzone|dzn?') then 'data_zone'
        else region
    end""",
    # A value of a nested record, or of its flattened column.
    "report_inner(flat, nested, name)": "coalesce(flat, told_container(nested) ->> ('$.' || name))",
    # A day as ISO 8601, or as month/day/year.
    "report_day(v)": """case when plain_time(v) is not null then coalesce(
        try_cast(v as date), try_strptime(v, ['%m/%d/%Y', '%Y%m%d'])::date,
        (try_cast(v as timestamptz) at time zone 'UTC')::date) end""",
    "report_count(v)": """case
        when contains(v, '_') then null
        when try_cast(v as decimal(38, 6)) between 0 and 1000000000000000
            and try_cast(v as decimal(38, 6)) % 1 = 0
        then try_cast(try_cast(v as decimal(38, 6)) as bigint)
    end""",
    # An amount in whole units of its currency, to 24 decimals.
    "report_amount(v, unit)": """case
        when contains(v, '_') then null
        when unit in ('cents_text', 'cents_number')
            then (try_cast(v as decimal(36, 22)) * 0.01::decimal(2, 2))::decimal(38, 24)
        else try_cast(v as decimal(38, 24))
    end""",
    "report_rounded(amount)": "decimal_division(amount::decimal(38, 24), 1, 12)::decimal(38, 12)",
}


def fingerprint() -> bytes:
    """Changes with whatever decides how reports are read, besides their own queries."""
    return call_logs.fingerprint() + (inlined(SHARED_QUERY) + repr(_MACROS)).encode()


def prepare_report(con: duckdb.DuckDBPyConnection, source_format: str) -> None:
    """Make the macros that a report's own query needs to read `raw.staged`."""
    call_logs.create_macros(con)
    for signature, body in _MACROS.items():
        run(con, f"create or replace macro {signature} as {body}")
    _create_names(con, set(_NAMES.findall(load_query(f"raw.{source_format}").text)))


def _create_names(con: duckdb.DuckDBPyConnection, wanted: set[str]) -> None:
    """The macro `report_names(record)`: the values that the query asks for, by plain name.

    How the file spells them is looked up once; of several spellings the first with a value counts.
    """
    # Asked for in SQL, the wanted names would be looked for in every record.
    names = con.execute(
        """select report_plain(name), name
           from (select distinct unnest(json_keys(record)) as name from raw.staged) order by all"""
    ).fetchall()
    spellings = [(plain, name) for plain, name in names if plain in wanted]
    pointers = ", ".join(sql_text(_pointer(name)) for _, name in spellings)
    values = f"json_extract_string(record, [{pointers}])"
    found: dict[str, list[str]] = {}
    for position, (plain, _) in enumerate(spellings, start=1):
        found.setdefault(plain, []).append(f"nullif(trim({values}[{position}]), '')")
    fields = ", ".join(
        f"'{name}': coalesce({', '.join([*found.get(name, []), 'null::varchar'])})"
        for name in sorted(wanted)
    )
    con.execute(f"create or replace macro report_names(record) as {{{fields}}}")


def _pointer(name: str) -> str:
    """A JSON pointer to a name at the top."""
    return "/" + name.replace("~", "~0").replace("/", "~1")


def parse_report(con: duckdb.DuckDBPyConnection, source_format: str) -> None:
    """Make `raw.parsed` of `raw.staged`, with the columns of `RawReport`."""
    prepare_report(con, source_format)
    create_empty(con, ToldReport, "steps.told_report_shape")
    run(
        con,
        f"""create or replace table steps.told_reports as
            select row_number() over () as told_no, *
            from (
                select * from steps.told_report_shape
                union all by name
                ({inlined(f"raw.{source_format}")})
            )""",
    )
    run(con, f"create table raw.parsed as {inlined(SHARED_QUERY)}")
