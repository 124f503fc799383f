"""A span of OTLP that names a customer and a user."""

from __future__ import annotations

SPAN = {
    "traceId": "5b8efff798038103d269b633813fc60c",
    "spanId": "eee19b7ec3c1b174",
    "name": "chat gpt-5",
    "startTimeUnixNano": "1793527200000000000",
    "endTimeUnixNano": "1793527201000000000",
    "attributes": [
        {"key": "gen_ai.operation.name", "value": {"stringValue": "chat"}},
        {"key": "gen_ai.provider.name", "value": {"stringValue": "openai"}},
        {"key": "gen_ai.request.model", "value": {"stringValue": "gpt-5"}},
        {"key": "gen_ai.usage.input_tokens", "value": {"intValue": "1000"}},
        {"key": "user.id", "value": {"stringValue": "ada@example.com"}},
        {"key": "app.customer_id", "value": {"stringValue": "acme"}},
    ],
}
