"""A bridge between hosted EDI gateways and folders."""

__version__ = "0.1.0"
