"""Whether hooks can be run is said before one has to."""

from pathlib import Path

from syncd.core.account import Account, Hooks
from syncd.operations.checking_hooks import check_hooks


def test_a_program_that_is_not_there_or_not_to_be_run_is_named(tmp_path: Path) -> None:
    """Each once, with its key; nothing is run."""
    plain = tmp_path / "plain"
    plain.write_text("#!/bin/sh\n")
    hooks = Hooks(on_received=("/bin/sh", "{path}"), on_sent=(str(plain),), on_failed=("/nowhere",))
    lines = list(check_hooks(Account(name="acme", gateway="as2gateway", url="", root=tmp_path, hooks=hooks)))
    assert [(line.ok, line.what) for line in lines] == [
        (True, "/bin/sh can be run (hooks.on_received)"),
        (False, f"{plain} cannot be run: this user may not execute it (hooks.on_sent)"),
        (False, "/nowhere cannot be run: No such file or directory (hooks.on_failed)"),
    ]
    assert all(line.remedy for line in lines if not line.ok)
