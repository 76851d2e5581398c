"""What may stand in braces in the command of a hook."""

from __future__ import annotations

import re

PLACEHOLDERS = (
    "path",
    "name",
    "id",
    "message_id",
    "account",
    "gateway",
    "direction",
    "station",
    "partner",
    "partner_type",
    "state",
    "subject",
    "reason",
)

IN_BRACES = re.compile(r"\{([a-z_]*)\}")


def unknown_placeholders(argument: str) -> list[str]:
    """What stands in braces and is no placeholder."""
    return [found for found in IN_BRACES.findall(argument) if found not in PLACEHOLDERS]
