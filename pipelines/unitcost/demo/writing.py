"""Writes the month as files in the vendors' formats, day by day; the same arguments, same bytes.

What the files say is made in the format modules.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from unitcost.demo import anthropic_pages, openai_pages
from unitcost.demo.business import outcome_rows, outcomes_csv, revenue_csv
from unitcost.demo.exports import DailyUsage
from unitcost.demo.flat import flat_record
from unitcost.demo.gateway import gateway_record
from unitcost.demo.otlp import TracedStep, export_lines
from unitcost.demo.people import midnight_ms
from unitcost.demo.run import Call, Run
from unitcost.demo.traffic import Month, simulate_day

_DAY_MS = 86_400_000
_PLAIN_EVERY = 3


def write_demo(folder: Path, through: date, seed: int = 7, days: int = 30) -> list[Path]:
    """Write the month that ends with `through` into `folder/<format>/` and list the files.

    Files of the same name are overwritten. About 70,000 requests in 30 days.
    """
    month = Month(through, seed, days)
    paths: list[Path] = []
    daily, judged = DailyUsage(), []
    late: list[TracedStep] = []
    for day in month.dates():
        runs = simulate_day(month, day)
        calls = [call for run in runs for call in run.calls]
        daily.add(calls)
        judged += outcome_rows(runs, through)
        late, ended = _split(late + _steps(runs), day, is_last=day == through)
        paths += _write_logs(folder, day, calls, ended)
    daily.add_playground()
    return (
        paths
        + _write_exports(folder, month.dates(), daily)
        + _write_business(folder, month, judged)
    )


def _steps(runs: Iterable[Run]) -> list[TracedStep]:
    return [(run.trace_id, step) for run in runs for step in run.steps]


def _split(
    steps: list[TracedStep], day: date, *, is_last: bool
) -> tuple[list[TracedStep], list[TracedStep]]:
    """Spans that end after midnight wait for the next day's file."""
    end = midnight_ms(day) + _DAY_MS
    if is_last:
        return [], steps
    return (
        [step for step in steps if step[1].ended >= end],
        [step for step in steps if step[1].ended < end],
    )


def _write_logs(
    folder: Path, day: date, calls: Sequence[Call], steps: list[TracedStep]
) -> list[Path]:
    by_start = sorted(calls, key=lambda call: (call.ended, call.response_id))
    gateway = "".join(gateway_record(call) for call in by_start if call.route.startswith("gateway"))
    batch = "".join(flat_record(call) for call in by_start if call.route == "batch")
    is_plain = day.day % _PLAIN_EVERY == 0
    return [
        _write(
            folder / "otlp_json" / f"traces-{day}.jsonl", "".join(export_lines(steps)), is_plain
        ),
        _write(folder / "litellm" / f"gateway-{day}.jsonl", gateway, is_plain=True),
        _write(folder / "requests" / f"batch-{day}.jsonl", batch, is_plain=True),
    ]


def _write_exports(folder: Path, days: Sequence[date], daily: DailyUsage) -> list[Path]:
    span = f"{days[0]}_{days[-1]}.json"
    texts = {
        folder / "openai_usage" / f"completions_{span}": openai_pages.usage_page(
            daily, days, "completions"
        ),
        folder / "openai_usage" / f"embeddings_{span}": openai_pages.usage_page(
            daily, days, "embeddings"
        ),
        folder / "openai_costs" / f"costs_{span}": openai_pages.cost_page(daily, days),
        folder / "anthropic_usage" / f"messages_{span}": anthropic_pages.usage_page(daily, days),
        folder / "anthropic_costs" / f"cost_report_{span}": anthropic_pages.cost_page(daily, days),
    }
    return [_write(path, text, is_plain=True) for path, text in texts.items()]


def _write_business(folder: Path, month: Month, judged: list[tuple[int, Run]]) -> list[Path]:
    outcomes = outcomes_csv(judged)
    revenue = revenue_csv(month.dates())
    return [
        _write(folder / "outcomes" / f"helpdesk-{month.through}.csv", outcomes, is_plain=True),
        _write(folder / "revenue" / f"billing-{month.through}.csv", revenue, is_plain=True),
    ]


def _write(path: Path, text: str, is_plain: bool) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    content = text.encode()
    if not is_plain:
        path = path.with_name(f"{path.name}.gz")
        content = gzip.compress(content, compresslevel=1, mtime=0)
    path.write_bytes(content)
    return path
