"""A bridge between hosted EDI gateways and folders."""


def __getattr__(name: str) -> str:
    """Answer `__version__` from the installed metadata, read only when somebody asks."""
    if name != "__version__":
        raise AttributeError(f"module 'syncd' has no attribute {name!r}")
    from importlib.metadata import version

    return version("syncd")
