"""ECGrid, REST v2: requests and replies, and the gateway over a session.

Two sources describe it, and they disagree: the vendor's page "ECGrid REST API - Getting Started", which wins
and is cited as that, and the vendor's reference pages. Where the reference pages differ among themselves,
every reading of an answer is understood, and one way of asking is used that all of them have.
"""

from __future__ import annotations

from syncd.gateways.ecgrid.envelope import voice
from syncd.gateways.ecgrid.gateway import ECGrid
from syncd.gateways.ecgrid.log_in import ApiKeyLogIn, JwtLogIn

__all__ = ["ApiKeyLogIn", "ECGrid", "JwtLogIn", "voice"]
