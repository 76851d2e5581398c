"""What the gateways differ in: defaults of their own, and keys that one of them has no use for.

Such a key is a mistake there (see `rules`), and the example file and `syncd config` say whose it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Particulars:
    """What is particular to one gateway."""

    title: str
    """Its name for people."""
    defaults: Mapping[str, Any] = field(default_factory=dict)
    """Where they are not the ones that stand with the keys; as a person would write them.

    The default of a key that `lacks` has is what is so, and cannot be changed.
    """
    lacks: Mapping[str, str] = field(default_factory=dict)
    """The keys of an account that do nothing with it, and why."""
    pair_lacks: Mapping[str, str] = field(default_factory=dict)
    """The same of a partners table."""
    has_numbered_ids: bool = False
    """Its IDs are numbers, in place of names that the two sides have chosen."""


_NO_API_KEYS = "AS2 Gateway has no API keys"

GATEWAYS = {
    "as2gateway": Particulars(
        title="AS2 Gateway", lacks={"api_key": _NO_API_KEYS, "api_key_file": _NO_API_KEYS}
    ),
    "ecgrid": Particulars(
        title="ECGrid",
        defaults={
            "url": "https://rest.ecgrid.io/v2",
            "partner_types": ["production"],
            "pull_since": "all",
            "rate_limit": "180/60s",
        },
        lacks={
            "partner_types": "ECGrid has production partners only",
            "failed_grace": "ECGrid's own failed is final",
        },
        pair_lacks={
            "subject": "ECGrid has no subjects",
            "content_type": "ECGrid has no content types",
            "profile": "ECGrid has no submission profiles",
            "partner_type": "ECGrid has production partners only",
        },
        has_numbered_ids=True,
    ),
}


def particulars(table: Mapping[str, Any]) -> Particulars | None:
    """Those of the gateway that an account's table names; None: there is no such gateway."""
    gateway = table.get("gateway")
    return GATEWAYS.get(gateway) if isinstance(gateway, str) else None


def fitted(written: Mapping[str, Any]) -> dict[str, Any]:
    """An account's table as the types are to see it: without what its gateway lacks, and with its defaults.

    So a key that has no place there is one mistake, whatever its value.
    """
    own = particulars(written)
    if own is None:
        return dict(written)
    table = {name: value for name, value in written.items() if name not in own.lacks}
    if isinstance(table.get("partners"), list):
        table["partners"] = [_fitted_pair(each, own) for each in table["partners"]]
    return {**own.defaults, **table}


def _fitted_pair(written: object, own: Particulars) -> object:
    if not isinstance(written, dict):
        return written
    return {name: value for name, value in written.items() if name not in own.pair_lacks}
