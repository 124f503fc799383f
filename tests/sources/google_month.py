"""A line of Google's cost table of a month and one of its export, to be filled in."""

from __future__ import annotations

CONSOLE = (
    "Billing account ID,0A1B2C,\nCurrency,USD,\n"
    "Billing account ID,Service description,Service ID,SKU description,SKU ID,Credit type,"
    "Cost type,Usage start date,Usage end date,Usage amount,Usage unit,Unrounded Cost ($)\n"
    "0A1B2C,Vertex AI,C7E2-9256-1C43,Gemini 2.5 Pro Text Output - Predictions,A-1,,"
    "Usage,2026-11-01,2026-11-30,300,count,{}\n"
)
EXPORTED = (
    '{{"billing_account_id": "0A1B2C", "service": {{"id": "C7E2-9256-1C43"}}, "sku": {{"id": "A-1",'
    ' "description": "Gemini 2.5 Pro Text Output - Predictions"}}, "usage_start_time":'
    ' "2026-11-0{day}T10:00:00Z", "usage_end_time": "2026-11-0{day}T11:00:00Z", "export_time":'
    ' "2026-11-09T00:00:00Z", "cost": 1.5, "currency": "USD", "usage": {{"amount": 150,'
    ' "unit": "count"}}}}\n'
)
