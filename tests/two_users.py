"""The bridge and the ERP as two users of one group, for tests of who may read and move what."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoUsers:
    """Numeric ids without names: nothing is written to the machine's list of users.

    The folders that `tmp_path` lies in belong to root alone. What both users shall reach needs a folder of
    its own, opened on the way down, and a program that they can reach too.
    """

    bridge_uid: int
    erp_uid: int
    shared_gid: int

    def as_bridge(self, *argv: str) -> list[str]:
        """Return the command that runs `argv` as the bridge, the shared group besides its own."""
        return self._as(self.bridge_uid, argv)

    def as_erp(self, *argv: str) -> list[str]:
        """Return the command that runs `argv` as the ERP, the shared group besides its own."""
        return self._as(self.erp_uid, argv)

    def _as(self, uid: int, argv: tuple[str, ...]) -> list[str]:
        ids = [f"--reuid={uid}", f"--regid={uid}", f"--groups={self.shared_gid}"]
        return ["setpriv", *ids, "--inh-caps=-all", "--", *argv]
