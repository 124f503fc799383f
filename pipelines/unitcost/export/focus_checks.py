"""The rules of FOCUS 1.2 and 1.4 that every file is held to before it appears.

They are the specification's for the columns that are written; its own validator knows more rules,
but not every machine has it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import duckdb

from unitcost.sqltext import sql_text

_PERIODS = ("BillingPeriodStart", "BillingPeriodEnd", "ChargePeriodStart", "ChargePeriodEnd")
_COSTS = ("BilledCost", "ContractedCost", "EffectiveCost", "ListCost")
_UNIT_PRICES = ("ContractedUnitPrice", "ListUnitPrice")
_PRICED = (
    *_UNIT_PRICES,
    *(f"PricingCurrency{name}" for name in _UNIT_PRICES),
    *("PricingQuantity", "PricingUnit"),
)
_SKUS = ("SkuId", "SkuMeter", "SkuPriceDetails", "SkuPriceId", "PricingCategory")
_COMMITTED = tuple(
    f"CommitmentDiscount{name}" for name in ("Category", "Id", "Quantity", "Status", "Type", "Unit")
)
_ALWAYS = (
    *_PERIODS,
    *_COSTS,
    *("BillingAccountId", "BillingCurrency", "ChargeCategory", "ChargeFrequency"),
    *("PricingCurrency", "PricingCurrencyEffectiveCost"),
    *("InvoiceIssuerName", "ServiceCategory", "ServiceName", "ServiceSubcategory"),
)
_PROVIDERS = {
    "1.2": ("ProviderName", "PublisherName"),
    "1.4": ("HostProviderName", "ServiceProviderName"),
}
_NULLABLE = (
    *("BillingAccountName", "ChargeClass", "ChargeDescription", "Tags"),
    *("CommitmentDiscountName", "InvoiceId"),
)
_NUMBERS = (*_COSTS, *_UNIT_PRICES, "PricingQuantity", "ConsumedQuantity")
_USED = ("ConsumedQuantity", "ConsumedUnit")
_CATEGORIES = {
    "Usage": "Usage-Based",
    "Purchase": "Recurring",
    "Tax": "One-Time",
    "Credit": "One-Time",
    "Adjustment": "One-Time",
}
"""Category of a charge -> its frequency."""
_USUAL = "ChargeClass is null and ChargeCategory = 'Usage'"
_HAS_PRICE = "ChargeClass is null and ChargeCategory in ('Usage', 'Purchase')"
_DECIMAL = r"^-?[0-9]+(\.[0-9]+)?$"
_INSTANT = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$"
_UNIT = r"^([0-9]+ )?[A-Za-z][A-Za-z0-9]*( [A-Za-z0-9]+)*(-(Hours|Minutes|Seconds))?$"


class FocusError(ValueError):
    """A FOCUS file that breaks a rule; it does not appear."""


def check_focus(
    con: duckdb.DuckDBPyConnection,
    file: Path,
    version: Literal["1.2", "1.4"],
    expected: Mapping[str, str],
) -> tuple[dict[str, str], int]:
    """The file's sums of EffectiveCost by currency, which are `expected`, and its rows.

    Raises:
        FocusError: every rule that is broken, with its rows.
    """
    read = (
        f"read_csv({sql_text(file)}, all_varchar = true, header = true, delim = ',', quote = '\"')"
    )
    con.execute(f"create or replace temp view focus_rows as select * from {read}")
    _check_columns(con, version)
    rows, problems = _broken_claims(con, version)
    problems += _skus_with_two_parents(con)
    sums = {"USD": "0.000000000000"} | _sums(con)
    if sums != expected:
        problems.append(f"EffectiveCost adds up to {sums}, the warehouse's cost is {expected}")
    if problems:
        message = f"FOCUS {version}: {'; '.join(problems)}"
        raise FocusError(message)
    return sums, rows


def _broken_claims(con: duckdb.DuckDBPyConnection, version: str) -> tuple[int, list[str]]:
    """How many rows there are, and each claim that some of them do not keep."""
    claims = _claims(version)
    counts = ", ".join(f"count(*) filter (where {bad})" for bad in claims.values())
    ((rows, *found),) = con.execute(f"select count(*), {counts} from focus_rows").fetchall()
    return int(rows), [
        f"{claim}: {count:,} rows do not"
        for claim, count in zip(claims, found, strict=True)
        if count
    ]


def _sums(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    rows = con.execute(
        "select BillingCurrency, cast(sum(try_cast(EffectiveCost as decimal(38, 12))) as varchar) "
        "from focus_rows group by BillingCurrency order by BillingCurrency"
    ).fetchall()
    return dict(rows)


def _check_columns(con: duckdb.DuckDBPyConnection, version: str) -> None:
    held = {str(name) for name, *_ in con.execute("describe focus_rows").fetchall()}
    wanted = {*_ALWAYS, *_USED, *_PRICED, *_SKUS, *_COMMITTED, *_NULLABLE, *_PROVIDERS[version]}
    own = {name for name in held if name.startswith("x_")}
    if held - own != wanted:
        message = f"FOCUS {version}: the columns differ in {sorted(wanted ^ (held - own))}"
        raise FocusError(message)


def _claims(version: str) -> dict[str, str]:
    """What every row keeps -> SQL for a row that does not."""
    given = {f"{name} is given": f"{name} is null" for name in (*_ALWAYS, *_PROVIDERS[version])}
    return given | _given_together() | _spelt() | _multiplied() | _of_a_row()


def _given_together() -> dict[str, str]:
    """Columns that are given with another, or by the class of the charge."""
    usual = {
        f"{name} is given for usage and purchases but in corrections": (
            f"({name} is null) = ({_HAS_PRICE})"
        )
        for name in (*_PRICED, *_SKUS)
    } | {
        f"{name} is given for usage only": f"({name} is null) = (ChargeCategory = 'Usage')"
        for name in _USED
    }
    return usual | {
        f"{name} goes with CommitmentDiscountId": (
            f"({name} is null) <> (CommitmentDiscountId is null)"
        )
        for name in _COMMITTED
    }


def _spelt() -> dict[str, str]:
    """How numbers, instants and units are written."""
    forms = {
        "a decimal number": (_DECIMAL, _NUMBERS),
        "an instant in UTC": (_INSTANT, _PERIODS),
        "a unit": (_UNIT, ("PricingUnit", "ConsumedUnit")),
    }
    return {
        f"{name} is {form}": f"not regexp_matches({name}, '{pattern}')"
        for form, (pattern, names) in forms.items()
        for name in names
    }


def _multiplied() -> dict[str, str]:
    """Unit price times quantity is the cost, but for the last digit."""
    return {
        f"{cost} is {price} times PricingQuantity": (
            f"abs(try_cast({cost} as decimal(38, 12)) - cast(try_cast({price} as decimal(24, 12)) "
            "* try_cast(PricingQuantity as decimal(24, 12)) as decimal(38, 12))) "
            "> abs(try_cast(PricingQuantity as decimal(38, 12))) * 0.000000000001 + 0.000000000001"
        )
        for cost, price in (
            ("ListCost", "ListUnitPrice"),
            ("ContractedCost", "ContractedUnitPrice"),
        )
    }


def _of_a_row() -> dict[str, str]:
    frequencies = " ".join(f"when '{name}' then '{word}'" for name, word in _CATEGORIES.items())
    return {
        "unit prices are not negative": "ListUnitPrice like '-%' or ContractedUnitPrice like '-%'",
        "BillingCurrency is an ISO code": "not regexp_matches(BillingCurrency, '^[A-Z]{3}$')",
        "ChargeFrequency is that of the ChargeCategory": (
            f"not coalesce(ChargeFrequency = case ChargeCategory {frequencies} end, false)"
        ),
        "ChargeClass is Correction or empty": "ChargeClass <> 'Correction'",
        "PricingCategory is one of the allowed": "PricingCategory not in ('Standard', 'Committed')",
        "periods end after they begin": (
            "BillingPeriodEnd <= BillingPeriodStart or ChargePeriodEnd <= ChargePeriodStart"
        ),
        "usage lies in its billing period": (
            f"{_USUAL} and (ChargePeriodStart < BillingPeriodStart "
            "or ChargePeriodEnd > BillingPeriodEnd)"
        ),
        "Tags is a flat JSON object": _not_flat("Tags"),
        "SkuPriceDetails is a flat JSON object": _not_flat("SkuPriceDetails"),
        "SkuPriceDetails has own keys with x_ only": (
            "len(list_filter(json_keys(SkuPriceDetails), lambda k: not starts_with(k, 'x_'))) > 0"
        ),
    }


def _not_flat(column: str) -> str:
    return (
        f"not json_valid({column}) or json_type({column}) <> 'OBJECT' "
        f"or len(list_filter(json_keys({column}), "
        f"lambda k: json_type({column}, '$.\"' || k || '\"') in ('OBJECT', 'ARRAY'))) > 0"
    )


def _skus_with_two_parents(con: duckdb.DuckDBPyConnection) -> list[str]:
    rows = con.execute(
        "select SkuPriceId from focus_rows where SkuPriceId is not null "
        "group by SkuPriceId having count(distinct SkuId) > 1 order by 1 limit 1"
    ).fetchall()
    return [f"SkuPriceId {price} has more than one SkuId" for (price,) in rows]
