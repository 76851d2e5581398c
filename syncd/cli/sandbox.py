"""The command that plays a gateway: the one door to the sandbox."""

from __future__ import annotations

from typing import Annotated, Literal

from cyclopts import Parameter

from syncd.cli.options import Given
from syncd.errors import CannotAct, UsageError

HOW = """\
A gateway of your own, at {url}
It forgets everything when it ends: Ctrl-C.

  [accounts.{account}]
  gateway = "{gateway}"
  url = "{url}"
{secrets}
  root = "/tmp/syncd-{account}"
"""
LOGINS = {
    "as2gateway": {"username": "email@domain.com", "password": "pazzword"},
    "ecgrid": {"api_key": "YOUR_API_KEY"},
}
"""The documents' own examples."""
ACCOUNTS = {"as2gateway": "try", "ecgrid": "try_ecgrid"}
"""What each is called in what it says, so that both can be pasted."""
PORTS = {"as2gateway": 8480, "ecgrid": 8481}
"""Where each listens unless told otherwise, so that both can be played at once."""


def sandbox(
    *,
    gateway: Annotated[
        Literal["as2gateway", "ecgrid"], Parameter(help="Which gateway to play.")
    ] = "as2gateway",
    port: Annotated[
        int | None,
        Parameter(help="Where to listen, on this machine only: 8480, ECGrid 8481; 0: any free port."),
    ] = None,
    call: Given,
) -> None:
    """Play a gateway on this machine, for trying things out.

    Example: syncd sandbox --gateway ecgrid
    """
    port = PORTS[gateway] if port is None else port
    if not 0 <= port <= 65535:
        raise UsageError(f"--port {port} is no port", "Write a number up to 65535.")
    from syncd.sandbox import serve

    def ready(url: str) -> None:
        if call.options.json:
            import json

            print(json.dumps({"url": url, **LOGINS[gateway]}), flush=True)
        elif not call.options.quiet:
            print(_how(gateway, url), flush=True)

    _prove_free(port)
    serve(gateway=gateway, port=port, ready=ready)


def _how(gateway: str, url: str) -> str:
    """Write the account table to try it with."""
    secrets = "\n".join(f'  {name} = "{value}"' for name, value in LOGINS[gateway].items())
    return HOW.format(account=ACCOUNTS[gateway], gateway=gateway, url=url, secrets=secrets)


def _prove_free(port: int) -> None:
    """Werkzeug ends the program, in its own words, when the port is in use. Raises: CannotAct."""
    import socket

    try:
        with socket.create_server(("127.0.0.1", port)):
            return
    except OSError as error:
        raise CannotAct(f"port {port} cannot be used: {error.strerror}", "Choose another --port.") from error
