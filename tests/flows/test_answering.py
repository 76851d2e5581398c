"""What acknowledgements say is matched with what was sent, within limits that are told."""

from dataclasses import dataclass, field

from syncd.core.account import Account
from syncd.core.documents import Acknowledgement, Verdict
from syncd.flows.answering import MOST_REPLIES, Answering
from tests.contracts.stores import inbound
from tests.core.edi import interchange, reading
from tests.fakes.store import FakeStore
from tests.flows.telling import ACME


@dataclass
class Books:
    """As much of a bridge as is asked."""

    account: Account = ACME
    records: FakeStore = field(default_factory=FakeStore)


def accepted(group: int) -> Acknowledgement:
    return Acknowledgement(
        standard="x12",
        interchange_control="",
        group_kind="PO",
        group_control=str(group),
        document_kind="",
        document_control="",
        verdict=Verdict.ACCEPTED,
        note="",
    )


def noted(groups: int) -> str:
    says = tuple(accepted(group) for group in range(groups))
    note, _ = Answering(Books()).hear(inbound(), (reading(interchange("9", says=says)),))  # type: ignore[arg-type]  # see above
    return note


def test_what_is_not_noted_of_a_very_long_one_is_told() -> None:
    """Its messages wait for an acknowledgement that has come: a person can see why."""
    assert noted(MOST_REPLIES + 1).endswith("; it is too long, the rest is not noted")
    assert "too long" not in noted(MOST_REPLIES)
