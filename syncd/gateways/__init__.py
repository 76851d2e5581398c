"""The gateways: one package each, over a session that they share.

Requests and replies are pure; all traffic passes `session`, where every foreign error ends.
"""

from syncd.lean import import_without

import_without("httpx", "click")  # its own command line
import_without("httpcore", "anyio", "trio")
