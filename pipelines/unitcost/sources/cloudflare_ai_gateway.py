"""`cloudflare_ai_gateway`: requests that Cloudflare's AI Gateway logged, from its API or Logpush.

How records are read is in `sql/raw/cloudflare_ai_gateway.sql`; the rules are told in
`docs/sources/cloudflare_ai_gateway.md`.
"""

from __future__ import annotations

from unitcost.sources.base import Sample, call_log

_API = {"created_at", "provider", "model", "cached", "tokens_in", "tokens_out"}
_LOGPUSH = {"Gateway", "Provider", "Model", "StatusCode", "Timestamp"}


def detect(sample: Sample) -> bool:
    """Whether the sample has the names of the gateway's API or of its Logpush data set."""
    found = [set(sample.columns)] if sample.columns else [set(r) for r in sample.records]
    return any(names >= _API or names >= _LOGPUSH for names in found)


SOURCE = call_log(
    "cloudflare_ai_gateway",
    title="Cloudflare AI Gateway's logs: API and Logpush",
    record="One request that went through Cloudflare's AI Gateway.",
    detect=detect,
)
