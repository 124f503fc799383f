"""Writes FOCUS cost-and-usage rows: the FinOps Open Cost and Usage Specification, 1.2 and 1.4.

One row per token class (SkuMeter), as the specification's own samples for AI services have it:
ConsumedUnit `Tokens` with the raw count, PricingUnit `1000000 Tokens`. What it does not define is
in columns and keys that begin with `x_`. EffectiveCost adds up to the warehouse's cost exactly.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import duckdb

from unitcost.drafts import appearing
from unitcost.export.cells import safe_text
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


def _unless_correction(expression: str) -> str:
    return f"case when charge_class is null then {expression} end"


def _if_committed(expression: str) -> str:
    """For usage that the account's commitments cover; they are one pool."""
    return f"case when part = 'committed' then {expression} end"


def _unit_price(cost: str) -> str:
    """Cost per pricing unit, so that their product is the cost again."""
    quotient = f"decimal_division(cast({cost} as decimal(26, 12)), pricing_quantity, 12)"
    return _unless_correction(f"cast({quotient} as decimal(38, 12))")


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
    "BillingCurrency": "'USD'",
    "BillingPeriodStart": _instant("date_trunc('month', day)"),
    "BillingPeriodEnd": _instant("date_trunc('month', day) + interval 1 month"),
    "ChargeCategory": "'Usage'",
    "ChargeClass": "charge_class",
    "ChargeDescription": "case when charge_class is null then concat_ws(' ', model, "
    f"{_named(_SKU_METERS, 'part', 'replace(coalesce(token_class, part), chr(95), chr(32))')}) "
    "else concat_ws(' ', 'Correction of', adjusted_day, '(' || cause || ')') end",
    "ChargeFrequency": "'Usage-Based'",
    "ChargePeriodStart": _instant("coalesce(adjusted_day, day)"),
    "ChargePeriodEnd": _instant("coalesce(adjusted_day, day) + 1"),
    "CommitmentDiscountCategory": _if_committed("'Usage'"),
    "CommitmentDiscountId": _if_committed("concat_ws('/', provider, platform, account_id)"),
    "CommitmentDiscountName": "cast(null as varchar)",
    "CommitmentDiscountStatus": _if_committed("'Used'"),
    "CommitmentDiscountType": _if_committed("'Provisioned Throughput'"),
    "CommitmentDiscountUnit": _if_committed("'Tokens'"),
    "ConsumedUnit": _UNIT,
    "InvoiceId": "cast(null as varchar)",
    "InvoiceIssuerName": _SELLER,
    "PricingCategory": _unless_correction(
        "case when part = 'committed' then 'Committed' else 'Standard' end"
    ),
    "PricingCurrency": "'USD'",
    "PricingUnit": _unless_correction(
        f"case when unit = 'tokens' then '1000000 Tokens' else {_UNIT} end"
    ),
    "ServiceCategory": "'AI and Machine Learning'",
    "ServiceName": _named(
        _SERVICES, "coalesce(platform, 'direct')", f"concat_ws(' ', {_SELLER}, 'API')"
    ),
    "ServiceSubcategory": "'Generative AI'",
    "SkuId": _unless_correction(_SKU),
    "SkuMeter": _unless_correction(_named(_SKU_METERS, "part", _UNIT)),
    "SkuPriceDetails": _unless_correction(_DETAILS),
    "SkuPriceId": _unless_correction(
        f"{_SKU} || '#' || coalesce(price_id, contract_ids, service_tier, cost_basis)"
    ),
    "Tags": f"to_json(map_from_entries(list_filter([{_TAG_LIST}], lambda t: t.value is not null)))",
    "x_ContractIds": "contract_ids",
    "x_CorrectionCause": "cause",
    "x_CostBasis": "cost_basis",
    "x_Model": "model",
    "x_PriceId": "price_id",
    "x_TokenClass": "coalesce(token_class, part)",
}
_NUMBERS: dict[str, str] = {
    "BilledCost": "case when part = 'committed' then 0.000000000000 else effective_cost_usd end",
    "CommitmentDiscountQuantity": _if_committed("quantity"),
    "ConsumedQuantity": "quantity",
    "ContractedCost": "contracted_cost_usd",
    "ContractedUnitPrice": _unit_price("contracted_cost_usd"),
    "EffectiveCost": "effective_cost_usd",
    "ListCost": "list_cost_usd",
    "ListUnitPrice": _unit_price("list_cost_usd"),
    "PricingCurrencyContractedUnitPrice": _unit_price("contracted_cost_usd"),
    "PricingCurrencyEffectiveCost": "effective_cost_usd",
    "PricingCurrencyListUnitPrice": _unit_price("list_cost_usd"),
    "PricingQuantity": _unless_correction("pricing_quantity"),
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
        total, rows = check_focus(con, draft, version, _warehouse_cost(con, period))
    unpriced = con.execute(
        "select count(*) from marts.cost_per_request "
        f"where cost_usd is null and {period.condition()}"
    ).fetchall()[0][0]
    note = f"{unpriced:,} requests have no price and are in no row; see unpriced_reason"
    return Written(rows, {"EffectiveCost": total}, (note,) if unpriced else ())


def _query(charges: str, version: Version) -> str:
    text = {**_TEXT, **_PROVIDERS[version]}
    cells = {name: safe_text(f"({sql})") for name, sql in text.items()} | _NUMBERS
    cells |= {name: text[name] for name in ("Tags", "SkuPriceDetails")}
    body = ", ".join(f'{cells[name]} as "{name}"' for name in sorted(cells, key=_place))
    return f"select {body} from ({_PREPARED.format(charges=charges)}) order by all"


def _place(name: str) -> tuple[bool, str]:
    """Columns by alphabet, own ones last."""
    return name.startswith("x_"), name


def _warehouse_cost(con: duckdb.DuckDBPyConnection, period: Period) -> str:
    """What the period's requests cost and what was posted to it, exactly."""
    return str(
        con.execute(
            f"""select cast(coalesce(sum(cost_usd), 0.000000000000) as varchar) from (
                select cost_usd from marts.cost_per_request where {period.condition()}
                union all
                select amount_usd from core.adjustments where {period.condition()}
            )"""
        ).fetchall()[0][0]
    )
