"""Which command is run for a message, and what is filled in."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from syncd.core.account import Account, Hooks, PairRules, PartnerTable
from syncd.core.hooks import Command, channel, command
from syncd.core.model import File, Message, MessageId, Pair, Place, State
from tests.contracts.stores import inbound, outbound

RECEIVED = inbound(
    id=MessageId("k3f9a2mz"),
    state=State.RECEIVED,
    subject="Order 1",
    files=(File(name="a/b.edi", size=3, sha256="ab", place=Place("inbox/ACME/W/b.edi")),),
)


def account(hooks: Hooks, *tables: PartnerTable) -> Account:
    return Account(
        name="acme", gateway="as2gateway", url="", root=Path("/srv/acme"), hooks=hooks, partners=tables
    )


def run(message: Message, *argv: str) -> Command:
    found = command(account(Hooks(on_received=argv)), message, State.RECEIVED, event_id="s-m-1")
    assert found is not None
    return found


def test_placeholders_are_filled_in() -> None:
    """The name is that of the path: what the partner called it may have slashes in it."""
    assert run(RECEIVED, "/x", "{path}", "{id}:{station}/{partner}", "{name}", "{state}").argv == (
        "/x",
        "/srv/acme/inbox/ACME/W/b.edi",
        "k3f9a2mz:ACME/08925485US00",
        "b.edi",
        "received",
    )


@pytest.mark.parametrize("hostile", ["--exec=rm -rf /", "$(reboot)", "{path}", "a b", "\n", "", "{id}{nope}"])
def test_what_comes_from_outside_is_one_argument_and_never_read(hostile: str) -> None:
    """No shell, no second filling in."""
    message = replace(RECEIVED, subject=hostile)
    assert run(message, "/x", "{subject}", "end").argv == ("/x", hostile, "end")
    assert run(message, "/x", "s={subject}").variables["SYNCD_HOOK_SUBJECT"] == hostile


def test_of_several_files_each_is_an_argument() -> None:
    """One run a message: an argument with {path} is repeated, the others are not."""
    files = tuple(replace(RECEIVED.files[0], place=Place(f"inbox/{n}")) for n in "ab")
    message = replace(RECEIVED, files=files)
    found = run(message, "/x", "{id}", "--in={path}", "end")
    assert found.argv == ("/x", "k3f9a2mz", "--in=/srv/acme/inbox/a", "--in=/srv/acme/inbox/b", "end")
    assert found.variables["SYNCD_HOOK_PATH"] == "/srv/acme/inbox/a"


def test_a_folder_is_one_path() -> None:
    """Its files are in the JSON."""
    files = (replace(RECEIVED.files[0], place=Place("inbox/F/b.edi")),)
    found = run(replace(RECEIVED, is_folder=True, place=Place("inbox/F"), files=files), "/x", "{path}")
    assert found.argv == ("/x", "/srv/acme/inbox/F")
    assert json.loads(found.content)["files"][0]["path"] == "/srv/acme/inbox/F/b.edi"


def test_standard_input_has_the_status_file_and_the_paths() -> None:
    """And which event it is; the variables have the essentials."""
    found = run(RECEIVED, "/x")
    told = json.loads(found.content)
    assert (told["version"], told["id"], told["state"], told["hook"]) == (
        1,
        "k3f9a2mz",
        "received",
        "on_received",
    )
    assert told["files"][0] == {
        "name": "a/b.edi",
        "size": 3,
        "sha256": "ab",
        "path": "/srv/acme/inbox/ACME/W/b.edi",
    }
    assert told["event_id"] == found.variables["SYNCD_EVENT_ID"] == "s-m-1"
    assert found.variables["SYNCD_HOOK"] == "on_received"
    assert all(name.startswith("SYNCD_HOOK") or name == "SYNCD_EVENT_ID" for name in found.variables)


def test_a_sent_file_is_where_it_stands() -> None:
    """Outbound, the message has the place."""
    message = outbound("a.edi", state=State.SENT, place=Place("sent/ACME/W/2026-11-22/a~2.edi"))
    found = command(account(Hooks(on_sent=("/x", "{path}"))), message, State.SENT, event_id="1")
    assert found is not None
    assert found.argv[1] == "/srv/acme/sent/ACME/W/2026-11-22/a~2.edi"
    assert json.loads(found.content)["files"][0]["path"] == found.argv[1]


def test_the_narrower_wins_key_by_key() -> None:
    """An empty list is no command; what is not said is the wider one's."""
    wide = Hooks(on_received=("/wide",), on_failed=("/failed",))
    table = PartnerTable(partner="W", rules=PairRules(), hooks=Hooks(on_received=(), on_sent=("/sent",)))
    known = account(wide, table)
    assert known.hooks_of(Pair(station="A", partner="W")) == replace(wide, on_received=(), on_sent=("/sent",))
    assert known.hooks_of(Pair(station="A", partner="X")) == wide


def test_only_what_has_a_hook_is_told() -> None:
    """A message of a pair without one writes nothing."""
    table = PartnerTable(partner="W", rules=PairRules(), hooks=Hooks(on_sent=("/sent",)))
    states = channel([account(Hooks(), table)]).states
    assert states(outbound(pair=Pair(station="A", partner="W"))) == {State.SENT}
    assert states(outbound(pair=Pair(station="A", partner="X"))) == frozenset()
    assert states(outbound(account="other")) == frozenset()
