"""The batch job's own log in the project's flat `requests` format, JSON lines."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from unitcost.demo.run import Call


def flat_record(call: Call) -> str:
    """One line, newline included."""
    run, model, usage = call.run, call.model, call.usage
    started = datetime.fromtimestamp(call.started / 1_000, tz=UTC)
    record = {
        "request_id": call.response_id,
        "started_at": started.isoformat(timespec="milliseconds"),
        "latency_ms": call.ended - call.started,
        "provider": model.provider,
        "model": model.answers_as,
        "operation": call.operation,
        "service_tier": model.service_tier,
        "is_batch": True,
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "status": "ok",
        "customer_id": run.customer,
        "feature": run.feature.name,
        "workflow": run.feature.workflow,
        "task_type": run.feature.task_type,
        "team": run.feature.team,
        "environment": "production",
        "service_name": run.feature.service,
    }
    return json.dumps({name: told for name, told in record.items() if told is not None}) + "\n"
