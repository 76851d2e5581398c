"""Trouble on purpose: rules that say when, and what goes wrong then."""
