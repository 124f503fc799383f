"""What stands in each column of a FOCUS file, as SQL over exports.focus_charges.

One row per token class (SkuMeter), as the specification's own samples for AI services have it:
ConsumedUnit `Tokens` with the raw count, PricingUnit `1000000 Tokens`. What it does not define is
in columns and keys that begin with `x_`.
"""

from __future__ import annotations

from typing import Literal

from unitcost.export.cells import safe_rest, safe_text

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


def focus_query(charges: str, version: Version) -> str:
    """The SELECT of a version's columns, in their order, over that of the charges."""
    text = {**_TEXT, **_PROVIDERS[version]}
    cells = {name: safe_text(f"({sql})") for name, sql in text.items()} | _NUMBERS
    cells |= {name: safe_rest(text[name]) for name in ("Tags", "SkuPriceDetails")}
    body = ", ".join(f'{cells[name]} as "{name}"' for name in sorted(cells, key=_place))
    return f"select {body} from ({_PREPARED.format(charges=charges)}) order by all"


def _place(name: str) -> tuple[bool, str]:
    """Columns by alphabet, own ones last."""
    return name.startswith("x_"), name
