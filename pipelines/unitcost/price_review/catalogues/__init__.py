"""Public price catalogues, one module each: what they state, in the book's words and units.

A reader maps one document to quotes; what the book cannot say is listed with a reason, not dropped.
To add a catalogue: a module with `read`, and its line here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from unitcost.price_review.catalogues import genai_prices, litellm, openrouter
from unitcost.price_review.catalogues.quotes import Quote, Unmapped

READERS: dict[str, Callable[[Any], Iterator[Quote | Unmapped]]] = {
    "genai-prices": genai_prices.read,
    "litellm": litellm.read,
    "openrouter": openrouter.read,
}
