"""`cloudflare_ai_gateway`: requests that Cloudflare's AI Gateway logged, from its API or Logpush.

How records are read is in `sql/raw/cloudflare_ai_gateway.sql`; the rules are told in
`docs/sources/cloudflare_ai_gateway.md`.
"""

from __future__ import annotations

from unitcost.sources.base import Sample, Source
from unitcost_models.call_logs import RawCloudflareAiGateway

_API = {"created_at", "provider", "model", "cached", "tokens_in", "tokens_out"}
_LOGPUSH = {"Gateway", "Provider", "Model", "StatusCode", "Timestamp"}


def detect(sample: Sample) -> bool:
    """Whether the sample has the names of the gateway's API or of its Logpush data set."""
    found = [set(sample.columns)] if sample.columns else [set(r) for r in sample.records]
    return any(names >= _API or names >= _LOGPUSH for names in found)


SOURCE = Source(
    format="cloudflare_ai_gateway",
    title="Cloudflare AI Gateway log (API, Logpush)",
    row=RawCloudflareAiGateway,
    detect=detect,
    counts_calls=True,
    reads_vocabulary=True,
)
