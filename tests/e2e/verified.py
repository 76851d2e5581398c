"""`syncd verify` on a ground, as one of the things that have to find nothing."""

from __future__ import annotations

from syncd.operations.verifying import Compared, verify_account
from syncd.operations.verifying_report import Finding
from syncd.wiring.verifying import desk
from tests.e2e.harness import Ground


def verify(ground: Ground, *, repair: bool = False) -> Compared:
    """What verify says, in a process of its own."""
    with ground.process() as process:
        return verify_account(desk(process.doors, process.bridge, by="a test"), repair=repair)


def found(ground: Ground) -> list[str]:
    """What is wrong, in words; an empty list is what a campaign wants at its end."""
    compared = verify(ground)
    trouble = [compared.account.trouble] if compared.account.trouble else []
    return trouble + [told(finding) for finding in compared.wrong]


def told(finding: Finding) -> str:
    """A finding in words."""
    return f"{finding.kind} {finding.id or ''} {finding.place or ''}: {finding.what}; {finding.trouble}"
