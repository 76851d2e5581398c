"""The gateways: one package each, over a session that they share.

Requests and replies are pure; all traffic passes `session`, where every foreign error ends.
"""
