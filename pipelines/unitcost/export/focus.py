"""Writes FOCUS cost-and-usage rows: the FinOps Open Cost and Usage Specification, 1.2 and 1.4.

One row per token class (SkuMeter), as the specification's own samples for AI services have it:
ConsumedUnit `Tokens` with the raw count, PricingUnit `1000000 Tokens`. What it does not define is
in columns and keys that begin with `x_`. EffectiveCost adds up exactly to the warehouse's cost and
to what its bills charge for no usage.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import duckdb

from unitcost.drafts import appearing
from unitcost.export.cells import safe_rest, safe_text
from unitcost.export.focus_checks import check_focus
from unitcost.export.period import Period
from unitcost.export.tables import Written, write_csv
from unitcost.queries import bind_export

Version = Literal["1.2", "1.4"]

_SKU_METERS = {
    "input": "Input Tokens",
    "cache_read": "Cache Read Input Tokens",
    "cache_write": "Cache Write Input Tokens",
    "output": "Output Tokens",
    "reasoning": "Reasoning Output Tokens",
    "committed": "Committed Tokens",
}
_UNITS = {
    "tokens": "Tokens",
    "requests": "Requests",
    "audio_seconds": "Seconds",
    "container_minutes": "Minutes",
    "cache_storage_token_hours": "Token-Hours",
}
_MAKERS = {
    "openai": "OpenAI",
    "anthropic": "Anthropic",
    "amazon": "AWS",
    "google": "Google Cloud",
    "mistral": "Mistral AI",
    "cohere": "Cohere",
    "deepseek": "DeepSeek",
    "xai": "xAI",
    "aws": "AWS",
    "azure": "Microsoft",
    "gcp": "Google Cloud",
}
_SELLERS = {
    "bedrock": "AWS",
    "azure": "Microsoft",
    "vertex": "Google Cloud",
    "ai_studio": "Google Cloud",
    "openrouter": "OpenRouter",
}
_SERVICES = {
    "bedrock": "Amazon Bedrock",
    "azure": "Azure OpenAI",
    "vertex": "Vertex AI",
    "ai_studio": "Gemini API",
    "openrouter": "OpenRouter",
}
_SELLER = "seller"


def _named(names: dict[str, str], column: str, otherwise: str) -> str:
    cases = " ".join(f"when '{key}' then '{name}'" for key, name in names.items())
    return f"case {column} {cases} else {otherwise} end"


def _instant(day: str) -> str:
    return f"strftime({day}, '%Y-%m-%dT00:00:00Z')"


def _if_usage(expression: str) -> str:
    return f"case when charge_category = 'Usage' then {expression} end"


def _if_priced(expression: str) -> str:
    """For usage and purchases; corrections and other lines of bills have no price."""
    return (
        "case when charge_class is null and charge_category in ('Usage', 'Purchase') "
        f"then {expression} end"
    )


def _if_committed(expression: str) -> str:
    """For usage that the account's commitments cover; they are one pool."""
    return f"case when part = 'committed' then {expression} end"


def _unit_price(cost: str) -> str:
    """Cost per pricing unit, so that their product is the cost again."""
    quotient = f"decimal_division(cast({cost} as decimal(26, 12)), pricing_quantity, 12)"
    return _if_priced(f"cast({quotient} as decimal(38, 12))")


_UNIT = _named(
    _UNITS,
    "unit",
    "array_to_string(list_transform(string_split(unit, '_'), lambda w: upper(w[1]) || w[2:]), ' ')",
)
_SKU = "concat_ws('/', provider, platform, model, coalesce(token_class, part))"
_TAGS = ("customer_id", "feature", "team", "workflow", "environment")
_DETAILS = (
    "to_json({'x_ModelId': model, 'x_TokenClass': coalesce(token_class, part), "
    "'x_ServiceTier': service_tier, 'x_IsBatch': is_batch, 'x_RegionScope': region_scope, "
    "'x_PromptTokensAbove': ctx_gt, 'x_PriceId': price_id})"
)
_TAG_LIST = ", ".join(f"{{'key': '{tag}', 'value': {tag}}}" for tag in _TAGS)

_PREPARED = f"""
    select
        c.*,
        p.ctx_gt,
        {_named(_MAKERS, "c.provider", "c.provider")} as maker,
        {
    _named(
        _SELLERS,
        "coalesce(c.platform, 'direct')",
        f"case when coalesce(c.platform, 'direct') = 'direct' "
        f"then {_named(_MAKERS, 'c.provider', 'c.provider')} else c.platform end",
    )
} as seller,
        case when c.unit = 'tokens' then cast(c.quantity * 0.000001 as decimal(38, 12))
            else cast(c.quantity as decimal(38, 12)) end as pricing_quantity
    from ({{charges}}) as c
    left join core.prices as p
        on c.price_id = p.price_id
"""  # the warehouse's own names become those of FOCUS below

_TEXT: dict[str, str] = {
    "BillingAccountId": "coalesce(account_id, '(unattributed)')",
    "BillingAccountName": "cast(null as varchar)",
    "BillingCurrency": "currency",
    "BillingPeriodStart": _instant("date_trunc('month', day)"),
    "BillingPeriodEnd": _instant("date_trunc('month', day) + interval 1 month"),
    "ChargeCategory": "charge_category",
    "ChargeClass": "charge_class",
    "ChargeDescription": "case when line_item is not null then line_item "
    "when charge_class is null then concat_ws(' ', model, "
    f"{_named(_SKU_METERS, 'part', 'replace(coalesce(token_class, part), chr(95), chr(32))')}) "
    "else concat_ws(' ', 'Correction of', adjusted_day, '(' || cause || ')') end",
    "ChargeFrequency": "case charge_category when 'Usage' then 'Usage-Based' "
    "when 'Purchase' then 'Recurring' else 'One-Time' end",
    "ChargePeriodStart": _instant("coalesce(adjusted_day, day)"),
    "ChargePeriodEnd": f"coalesce(period_end, {_instant('coalesce(adjusted_day, day) + 1')})",
    "CommitmentDiscountCategory": _if_committed("'Usage'"),
    "CommitmentDiscountId": _if_committed("concat_ws('/', provider, platform, account_id)"),
    "CommitmentDiscountName": "cast(null as varchar)",
    "CommitmentDiscountStatus": _if_committed("'Used'"),
    "CommitmentDiscountType": _if_committed("'Provisioned Throughput'"),
    "CommitmentDiscountUnit": _if_committed("'Tokens'"),
    "ConsumedUnit": _if_usage(_UNIT),
    "InvoiceId": "cast(null as varchar)",
    "InvoiceIssuerName": _SELLER,
    "PricingCategory": _if_priced(
        "case when part = 'committed' then 'Committed' else 'Standard' end"
    ),
    "PricingCurrency": "currency",
    "PricingUnit": _if_priced(f"case when unit = 'tokens' then '1000000 Tokens' else {_UNIT} end"),
    "ServiceCategory": "'AI and Machine Learning'",
    "ServiceName": _named(
        _SERVICES, "coalesce(platform, 'direct')", f"concat_ws(' ', {_SELLER}, 'API')"
    ),
    "ServiceSubcategory": "'Generative AI'",
    "SkuId": _if_priced(_SKU),
    "SkuMeter": _if_priced(_named(_SKU_METERS, "part", _UNIT)),
    "SkuPriceDetails": _if_priced(_DETAILS),
    "SkuPriceId": _if_priced(
        f"{_SKU} || '#' || coalesce(price_id, contract_ids, service_tier, cost_basis)"
    ),
    "Tags": f"to_json(map_from_entries(list_filter([{_TAG_LIST}], lambda t: t.value is not null)))",
    "x_ContractIds": "contract_ids",
    "x_CorrectionCause": "cause",
    "x_CostBasis": "cost_basis",
    "x_Model": "model",
    "x_PriceId": "price_id",
    "x_RecordId": "record_id",
    "x_TokenClass": _if_usage("coalesce(token_class, part)"),
}
_NUMBERS: dict[str, str] = {
    "BilledCost": "cast(billed_cost as decimal(38, 12))",
    "CommitmentDiscountQuantity": _if_committed("quantity"),
    "ConsumedQuantity": _if_usage("quantity"),
    "ContractedCost": "contracted_cost",
    "ContractedUnitPrice": _unit_price("contracted_cost"),
    "EffectiveCost": "cast(effective_cost as decimal(38, 12))",
    "ListCost": "list_cost",
    "ListUnitPrice": _unit_price("list_cost"),
    "PricingCurrencyContractedUnitPrice": _unit_price("contracted_cost"),
    "PricingCurrencyEffectiveCost": "cast(effective_cost as decimal(38, 12))",
    "PricingCurrencyListUnitPrice": _unit_price("list_cost"),
    "PricingQuantity": _if_priced("pricing_quantity"),
    "x_HasListPrice": "has_list_price",
    "x_Requests": "requests",
}
_PROVIDERS: dict[Version, dict[str, str]] = {
    "1.2": {"ProviderName": _SELLER, "PublisherName": "maker"},
    "1.4": {
        "HostProviderName": _SELLER,
        "ServiceProviderName": _SELLER,
        "x_PublisherName": "maker",
    },
}


def write_focus(
    con: duckdb.DuckDBPyConnection, period: Period, version: Version, target: Path
) -> Written:
    """Write the charges as CSV, check the file, and put it in its place.

    Requests whose cost is unknown are in no row, since FOCUS has no unknown cost; they are counted.

    Raises:
        FocusError: the file breaks a rule of the specification, or does not add up.
    """
    charges = bind_export("exports.focus_charges", *period.bounds())
    with appearing(target) as draft:
        write_csv(con, _query(charges, version), draft, for_excel=False)
        sums, rows = check_focus(con, draft, version, _expected(con, period))
    return Written(rows, _named_sums(sums), tuple(_left_out(con, period)))


def _named_sums(sums: dict[str, str]) -> dict[str, str | None]:
    """By currency; dollars are meant where none is named."""
    return {
        "EffectiveCost" if currency == "USD" else f"EffectiveCost {currency}": total
        for currency, total in sums.items()
    }


def _left_out(con: duckdb.DuckDBPyConnection, period: Period) -> Iterator[str]:
    """What FOCUS has no row for, since it knows no unknown cost."""
    for table, condition, words in (
        ("marts.cost_per_request", "cost_usd is null", "requests have no price"),
        (
            "core.invoice_lines",
            "is_primary and charge_category <> 'usage' and billed_cost_usd is null "
            "and not coalesce(billed_cost is not null "
            "and regexp_full_match(currency, '(?i)[a-z]{3}'), false)",
            "lines of bills have no amount",
        ),
    ):
        ((count,),) = con.execute(
            f"select count(*) from {table} where {condition} and {period.condition()}"
        ).fetchall()
        if count:
            reason = "; see unpriced_reason" if table.startswith("marts") else ""
            yield f"{count:,} {words} and are in no row{reason}"


def _query(charges: str, version: Version) -> str:
    text = {**_TEXT, **_PROVIDERS[version]}
    cells = {name: safe_text(f"({sql})") for name, sql in text.items()} | _NUMBERS
    cells |= {name: safe_rest(text[name]) for name in ("Tags", "SkuPriceDetails")}
    body = ", ".join(f'{cells[name]} as "{name}"' for name in sorted(cells, key=_place))
    return f"select {body} from ({_PREPARED.format(charges=charges)}) order by all"


def _place(name: str) -> tuple[bool, str]:
    """Columns by alphabet, own ones last."""
    return name.startswith("x_"), name


def _expected(con: duckdb.DuckDBPyConnection, period: Period) -> dict[str, str]:
    """Currency -> what the period's requests cost, what was posted to it, and its bills' lines
    for no usage, exactly; dollars are always there."""
    bills = bind_export("exports.focus_bills", *period.bounds())
    rows = con.execute(
        f"""select currency, cast(sum(cost) as varchar) from (
            select 'USD' as currency, cast(0 as decimal(38, 12)) as cost
            union all
            select 'USD', cost_usd from marts.cost_per_request where {period.condition()}
            union all
            select 'USD', amount_usd from core.adjustments where {period.condition()}
            union all
            select currency, effective_cost from ({bills})
        ) group by currency order by currency"""
    ).fetchall()
    return dict(rows)
