"""AS2 Gateway, REST v1: requests and replies as the document has them, and the gateway over a session.

Section numbers (§) in this package are those of the vendor's document, "REST API - v1".
"""

from __future__ import annotations

from syncd.gateways.as2gateway.gateway import AS2Gateway
from syncd.gateways.as2gateway.log_in import As2LogIn

__all__ = ["AS2Gateway", "As2LogIn"]
