"""What all records promise."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from syncd.core import events as ev
from syncd.core.looking import Search
from syncd.core.machine import ACCEPTED, PUBLISHED, SENT, STAGED
from syncd.core.model import (
    Direction,
    File,
    GatewayId,
    Mdn,
    MdnStatus,
    Message,
    MessageId,
    Pair,
    PartnerType,
    Phase,
    Place,
    Progress,
    State,
)
from tests.contracts.stores import (
    FILES,
    KINDS,
    NOON,
    NOTICE,
    PAIR,
    AnyStore,
    a_store,
    failed,
    happened,
    ids,
    inbound,
    opened,
    outbound,
    untold,
)

HELD = ev.Held(reason="no attachments")
OTHER = Pair(station="ACME", partner="OTHER", partner_type=PartnerType.TEST)


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[AnyStore]:
    with a_store(request.param, tmp_path, tell=[NOTICE]) as made:
        yield made


# What a pass asks --------------------------------------------------------------------------------


def test_unfinished_are_those_that_are_not_at_rest(store: AnyStore) -> None:
    """Published ones still want their confirmation; held ones are asked for as well."""
    a, b, c, d = opened(store, *(inbound(name, minute=n) for n, name in enumerate("abcd")))
    published = happened(store, a, ev.Staged(files=FILES), ev.Published())
    happened(store, b, ev.Staged(files=FILES), ev.Published(), ev.Confirmed(answered_at=NOON))
    held = happened(store, c, HELD)
    happened(store, d, ev.Vanished(reason="deleted there"))
    assert store.records.unfinished("acme", Direction.INBOUND) == [published, held]


def test_unfinished_come_oldest_first(store: AnyStore) -> None:
    """By the time of creation, then in the order of opening."""
    late, early, twin = opened(store, inbound("a", minute=5), inbound("b"), inbound("c"))
    assert store.records.unfinished("acme", Direction.INBOUND) == [early, twin, late]


def test_unfinished_are_of_one_account_and_direction(store: AnyStore) -> None:
    """A flow sees its own only."""
    mine, *_ = opened(store, inbound(), outbound(), inbound(account="other"))
    assert store.records.unfinished("acme", Direction.INBOUND) == [mine]


def test_unfinished_at_some_spots(store: AnyStore) -> None:
    """Without all the others, which may be very many."""
    a, _ = opened(store, *(inbound(name, minute=n) for n, name in enumerate("ab")))
    staged = happened(store, a, ev.Staged(files=FILES))
    assert store.records.unfinished("acme", Direction.INBOUND, at=[STAGED]) == [staged]
    assert store.records.unfinished("acme", Direction.INBOUND, at=[PUBLISHED]) == []
    assert store.records.unfinished("acme", Direction.INBOUND, at=[STAGED, PUBLISHED]) == [staged]


def test_unfinished_of_what_counts_as_sent(store: AnyStore) -> None:
    """State and phase together: what is held has no phase either, nor has what is settled."""
    accepted, open_, *_ = opened(
        store,
        outbound("a", phase=Phase.ACCEPTED),
        failed("b", minute=1, state=State.SENT, mdn=Mdn(status=MdnStatus.PENDING)),
        failed("c", minute=2, state=State.SENT),
        outbound("d", minute=3, state=State.HELD, phase=None),
        outbound("e", minute=4),
    )
    assert store.records.unfinished("acme", Direction.OUTBOUND, at=[ACCEPTED, SENT]) == [accepted, open_]


def test_wanted_are_those_that_a_person_asked_for_until_they_are_here(store: AnyStore) -> None:
    """A few at a time, in the order of the gateway's listing, twins too."""
    asked = Progress(wanted=True)
    named = [("late", 9), ("early", 3), ("twin", 3), ("here", 1)]
    rows = opened(
        store, *(replace(inbound(n), listed_at=at, progress=asked) for n, at in named), inbound("x")
    )
    late, early, twin, here, _ = rows
    happened(store, here, ev.Staged(files=FILES), ev.Published())
    assert store.records.wanted("acme", after=None, limit=2) == [early, twin]
    assert store.records.wanted("acme", after=early, limit=5) == [twin, late]
    assert store.records.wanted("acme", after=late, limit=5) == []
    assert store.records.wanted("other", after=None, limit=5) == []


def test_to_fetch_are_those_that_are_not_here_the_longest_due_first(store: AnyStore) -> None:
    """Held ones too when they are tried again; those that only a person moves on are not among them."""
    hour = timedelta(hours=1)
    rows = opened(
        store,
        inbound("later", phase=Phase.WAITING, next_at=NOON + hour),
        inbound("held", state=State.HELD, phase=None, next_at=NOON),
        inbound("new", minute=9),
        inbound("staged", phase=Phase.STAGED),
        inbound("for a person", state=State.HELD, phase=None),
        inbound("here", state=State.RECEIVED, phase=Phase.PUBLISHED),
        inbound("test", pair=OTHER),
        inbound("theirs", account="other"),
        outbound(),
    )
    waiting, held, new, *_ = rows
    assert store.records.to_fetch("acme", PartnerType.PRODUCTION, limit=9) == [new, held, waiting]
    assert store.records.to_fetch("acme", PartnerType.PRODUCTION, limit=1) == [new]
    assert ids(*store.records.to_fetch("acme", PartnerType.TEST, limit=9)) == ids(rows[6])


def test_places_are_those_that_unfinished_messages_count_on(store: AnyStore) -> None:
    """Held ones too; what is settled counts on none."""
    opened(
        store,
        outbound("a", batch="order"),
        outbound("b", minute=1, state=State.HELD, phase=None, place=Place("held/b")),
        outbound("c", minute=2, place=None),
        failed("d", place=Place("failed/d")),
        outbound("e", account="other"),
    )
    found = sorted(store.records.places("acme"))
    assert found == [("held/b", None), ("queued/ACME/08925485US00/a", "order")]


def test_failed_ones_with_their_file_come_newest_first(store: AnyStore) -> None:
    """Until the file is known to be gone."""
    gone = Progress(file_gone=True)
    old, new, *_ = opened(
        store,
        failed("a"),
        failed("b", minute=1),
        failed("c", minute=2, progress=gone),
        failed("d", account="other"),
        outbound("e", minute=3, state=State.HELD, phase=None),
    )
    assert store.records.failed_with_file("acme", limit=5) == [new, old]
    assert store.records.failed_with_file("acme", limit=1) == [new]


def test_an_answer_is_never_older_than_what_was_written(store: AnyStore) -> None:
    """Asked again and again, before and after each write."""
    assert store.records.unfinished("acme", Direction.INBOUND) == []
    assert store.records.facts("acme") == {}
    (row,) = opened(store, inbound())
    store.journal.remember("acme", {"paused": "pull"})
    for _ in range(2):
        assert store.records.unfinished("acme", Direction.INBOUND) == [row]
        assert store.records.facts("acme") == {"paused": "pull"}
    held = happened(store, row, HELD)
    store.journal.remember("acme", {"paused": None})
    assert store.records.unfinished("acme", Direction.INBOUND) == [held]
    assert store.records.facts("acme") == {}


def test_a_message_that_is_revived_is_unfinished_again(store: AnyStore) -> None:
    """Rest is not for ever."""
    (message,) = opened(store, failed())
    assert store.records.unfinished("acme", Direction.OUTBOUND) == []
    revived = happened(store, message, ev.Revived(place=Place("queued/x")))
    assert store.records.unfinished("acme", Direction.OUTBOUND) == [revived]


def test_a_sent_message_is_unfinished_while_its_mdn_is_to_come(store: AnyStore) -> None:
    """With `sent_when = "transmitted"` a late error still has to be noticed."""
    (message,) = opened(store, outbound(phase=Phase.ACCEPTED, message_id=GatewayId("a")))
    pending = Mdn(status=MdnStatus.PENDING)
    message = happened(store, message, ev.Transmitted(mdn=pending, place=None, done=True))
    assert message.state is State.SENT
    assert store.records.unfinished("acme", Direction.OUTBOUND) == [message]
    happened(store, message, ev.Delivered(mdn=Mdn(status=MdnStatus.OK), place=None))
    assert store.records.unfinished("acme", Direction.OUTBOUND) == []


def test_moving_are_those_whose_rename_is_not_known_to_be_done(store: AnyStore) -> None:
    """Until `Moved` is written."""
    first, second, _still = opened(store, outbound("a"), outbound("b"), outbound("c"))
    refused = ev.Refused(reason="too large", place=Place("failed/x"))
    first = happened(store, first, refused)
    second = happened(store, second, refused)
    assert store.records.moving("acme") == [first, second]
    assert store.records.moving("other") == []
    happened(store, first, ev.Moved())
    assert store.records.moving("acme") == [second]


def test_inbound_messages_are_found_by_the_gateways_ids(store: AnyStore) -> None:
    """With or without brackets, retransmissions too; outbound ones are not meant."""
    first, again, _ = opened(store, inbound("a"), inbound("a", listed_at=2, minute=1), inbound("b"))
    opened(store, outbound(message_id=GatewayId("a")), inbound("a", account="other"))
    for spelling in ("a", "<a>"):
        assert store.records.by_gateway_ids("acme", [GatewayId(spelling)]) == [first, again]
    assert store.records.by_gateway_ids("acme", []) == []


def test_thousands_of_ids_may_be_asked_for_at_once(store: AnyStore) -> None:
    """A restored gateway lists everything."""
    messages = opened(store, *(inbound(f"id-{n}", minute=n) for n in range(1_200)))
    wanted = [m.message_id for m in messages if m.message_id]
    assert store.records.by_gateway_ids("acme", wanted) == list(messages)
    assert store.records.outbound_ids("acme", wanted) == frozenset()


def test_the_gateways_ids_of_our_own_messages_are_known(store: AnyStore) -> None:
    """Bare, whatever spelling is asked for."""
    opened(store, outbound(message_id=GatewayId("<a>")), outbound(message_id=GatewayId("b")), inbound("c"))
    asked = [GatewayId(text) for text in ("a", "<b>", "c", "d")]
    assert store.records.outbound_ids("acme", asked) == {"a", "b"}
    assert store.records.outbound_ids("other", asked) == frozenset()


def test_alike_failed_are_of_the_pair_and_the_name(store: AnyStore) -> None:
    """Newest first; a message that waits, has another name or pair is not alike."""
    old, new, *_ = opened(
        store, failed("a"), failed("a", minute=1), failed("b"), failed("a", pair=OTHER), outbound("a")
    )
    assert store.records.alike_failed("acme", PAIR, "a") == [new, old]


def test_alike_failed_are_twenty_at_most(store: AnyStore) -> None:
    """A file that fails every night does not fill the memory."""
    messages = opened(store, *(failed("a", minute=n) for n in range(25)))
    assert ids(*store.records.alike_failed("acme", PAIR, "a")) == ids(*messages[:4:-1])


def test_failed_since_are_those_that_the_gateway_might_revive(store: AnyStore) -> None:
    """Settled after the time, and known to the gateway."""
    _old, edge, new, *_ = opened(
        store,
        failed("a", minute=0),
        failed("b", minute=1),
        failed("c", minute=2),
        failed("d", minute=2, message_id=None),
        failed("e", minute=2, account="other"),
        outbound("f", minute=2, message_id=GatewayId("f")),
    )
    assert store.records.failed_since("acme", edge.created) == [new]


def test_files_of_settled_messages_come_by_age_and_in_parts(store: AnyStore) -> None:
    """Of one account and state, at rest, with a place, and settled before; also where times are equal."""
    rows = opened(
        store,
        *(failed(f"{at}.edi", minute=minute) for at, minute in enumerate((3, 1, 1, 9))),
        failed("other.edi", account="other"),
        failed("moving.edi", moving_from=Place("queued/a")),
        failed("nowhere.edi", place=None),
        failed("sent.edi", state=State.SENT),
        failed("open.edi", state=State.SENT, mdn=Mdn(status=MdnStatus.PENDING)),
        outbound("queued.edi"),
    )
    until = NOON + timedelta(minutes=9)
    found: list[Message] = []
    while part := store.records.with_files(
        "acme", State.FAILED, until=until, after=found[-1] if found else None, limit=1
    ):
        found += part
    assert ids(*found) == ids(rows[1], rows[2], rows[0])
    [sent] = store.records.with_files("acme", State.SENT, until=until, after=None, limit=9)
    assert sent.name == "sent.edi"


def test_entries_at_the_gateway_come_by_age_and_in_parts(store: AnyStore) -> None:
    """Of messages at rest that have one, unless it was deleted at our word."""
    deleted = Progress(deleted_at=NOON)
    rows = opened(
        store,
        failed("2.edi", minute=2),
        failed("1.edi", minute=1, place=None),
        failed("gone.edi", minute=1, progress=deleted),
        failed("never.edi", minute=1, message_id=None),
        failed("young.edi", minute=9),
        failed("other.edi", minute=1, account="other"),
    )
    until = NOON + timedelta(minutes=9)
    [first] = store.records.at_gateway("acme", State.FAILED, until=until, after=None, limit=1)
    [second] = store.records.at_gateway("acme", State.FAILED, until=until, after=first, limit=9)
    assert ids(first, second) == ids(rows[1], rows[0])


def test_what_is_done_with_comes_by_age_and_in_parts(store: AnyStore) -> None:
    """At rest and without a file of ours: received, gone, withdrawn, or its file was let go."""
    received = inbound("in", minute=2, state=State.RECEIVED, phase=Phase.CONFIRMED, settled_at=NOON)
    rows = opened(
        store,
        received,
        replace(received, message_id=GatewayId("no-time"), listed_at=None),
        replace(received, message_id=GatewayId("other"), account="other"),
        failed("let-go.edi", minute=1, place=None),
        failed("there.edi", minute=1),
        failed("young.edi", minute=9, place=None),
        outbound("queued.edi", place=None),
        inbound("new"),
    )
    until = NOON + timedelta(minutes=9)
    [first] = store.records.done("acme", until=until, after=None, limit=1)
    [second] = store.records.done("acme", until=until, after=first, limit=9)
    assert ids(first, second) == ids(rows[0], rows[3])


def test_pairs_used_are_those_with_any_message(store: AnyStore) -> None:
    """Each once, in order."""
    opened(store, outbound(pair=OTHER), inbound("a"), inbound("b"), outbound(account="other"))
    assert store.records.pairs_used("acme") == [PAIR, OTHER]
    assert store.records.pairs_used("none") == []


def test_counts_follow_every_move(store: AnyStore) -> None:
    """A state that nobody is in is left out."""
    first, _second = opened(store, inbound("a"), inbound("b"))
    opened(store, outbound())
    first = happened(store, first, HELD)
    assert store.records.counts("acme") == {
        (Direction.INBOUND, State.ARRIVING): 1,
        (Direction.INBOUND, State.HELD): 1,
        (Direction.OUTBOUND, State.QUEUED): 1,
    }
    happened(store, first, ev.Resolved(verdict="done"))
    assert (Direction.INBOUND, State.HELD) not in store.records.counts("acme")
    assert store.records.counts("other") == {}


def test_what_is_outstanding_is_counted_by_phase(store: AnyStore) -> None:
    """With the age of the oldest; what is at rest does not count, what is held does."""
    opened(store, outbound("2.edi", minute=2), outbound("1.edi", minute=1), failed("3.edi"))
    opened(store, outbound("doubt.edi", minute=3, phase=Phase.IN_DOUBT), inbound("other", account="other"))
    [new] = opened(store, inbound("new", minute=4))
    happened(store, new, HELD)
    found = {(each.state, each.phase): each for each in store.records.outstanding("acme")}
    assert {key: (each.messages, each.oldest) for key, each in found.items()} == {
        (State.QUEUED, Phase.CLAIMED): (2, NOON + timedelta(minutes=1)),
        (State.QUEUED, Phase.IN_DOUBT): (1, NOON + timedelta(minutes=3)),
        (State.HELD, None): (1, NOON + timedelta(minutes=4)),
    }
    assert found[State.HELD, None].direction is Direction.INBOUND
    assert store.records.outstanding("none") == []


def test_what_needs_a_person_is_counted(store: AnyStore) -> None:
    """A failed file that somebody took away was seen."""
    seen = Progress(file_gone=True)
    opened(store, failed("1.edi"), failed("2.edi"), failed("seen.edi", progress=seen), outbound())
    [new] = opened(store, inbound("new"))
    happened(store, new, HELD)
    assert store.records.attention("acme") == 3
    assert store.records.attention("none") == 0


def test_what_began_in_a_time_is_counted(store: AnyStore) -> None:
    """Of all accounts; the end is not in it any more."""
    opened(
        store,
        inbound("a"),
        inbound("b", minute=1, account="other"),
        outbound(minute=1),
        inbound("c", minute=2),
    )
    span = (NOON + timedelta(minutes=1), NOON + timedelta(minutes=2))
    assert store.records.opened(Direction.INBOUND, *span) == 1
    assert store.records.opened(Direction.OUTBOUND, *span) == 1
    assert store.records.opened(Direction.OUTBOUND, NOON, NOON) == 0


# What a person asks ------------------------------------------------------------------------------


def test_an_unknown_id_is_nobody(store: AnyStore) -> None:
    """None, whatever the text looks like."""
    for text in ("", "zzzzzzzz", "no id at all"):
        assert store.records.get(MessageId(text)) is None
        assert store.records.history(MessageId(text)) == []
    assert store.records.facts("acme") == {}


def test_find_takes_our_id_in_either_case(store: AnyStore) -> None:
    """As it was read out on the telephone."""
    message, _ = opened(store, inbound("a"), inbound("b"))
    assert store.records.find(message.id.upper()) == [message]
    assert store.records.get(MessageId(message.id.upper())) == message
    assert store.records.find(message.id, account="other") == []


def test_find_takes_the_gateways_id(store: AnyStore) -> None:
    """With or without brackets, in both directions, newest first."""
    message, ours = opened(store, inbound("a@b"), outbound(message_id=GatewayId("a@b"), minute=1))
    assert store.records.find("a@b") == [ours, message]
    assert store.records.find("<a@b>") == [ours, message]


def test_find_prefers_the_exact_name_to_a_part(store: AnyStore) -> None:
    """A part is looked for when no file has the whole name; its case does not matter."""
    exact, part = opened(store, outbound("order"), outbound("Order-2.edi", minute=1))
    assert store.records.find("order") == [exact]
    assert store.records.find("ORDER") == [part, exact]
    assert store.records.find("rder-") == [part]
    assert store.records.find("nothing") == []


def test_named_takes_no_part_of_a_name(store: AnyStore) -> None:
    """What acts on a message is told it whole: an id, or a name letter by letter."""
    exact, _ = opened(store, outbound("order.edi"), outbound("order-2.edi", minute=1))
    assert store.records.named("order.edi") == [exact]
    assert store.records.named(exact.id.upper()) == [exact]
    for part in ("", "order", "ORDER.edi", "rder-"):
        assert store.records.named(part) == []
    assert store.records.named("order.edi", account="another") == []


def test_find_knows_every_name_that_a_file_had(store: AnyStore) -> None:
    """As the partner called it, and as it stands in a folder."""
    (message,) = opened(store, inbound())
    staged = (File(name="invoice.edi", size=1_000, place=Place("inbox/A/B/invoice~2.edi")),)
    message = happened(store, message, ev.Staged(files=staged))
    message = happened(store, message, ev.Held(reason="staging was emptied"))
    assert store.records.find("invoice~2.edi") == [message]
    assert store.records.find("invoice.edi") == [message]


@pytest.mark.parametrize("awkward", ["100%", "a_b", "back\\slash", "[x]", "caf\udce9", "nul\0"])
def test_a_name_is_found_letter_by_letter(store: AnyStore, awkward: str) -> None:
    """Signs that mean something to a database, or to nobody, are letters like others."""
    message, _ = opened(store, outbound(f"{awkward}.edi"), outbound("aXb100backslashx.edi"))
    assert store.records.find(f"{awkward}.edi") == [message]
    assert store.records.find(f"{awkward}.e") == [message]
    assert store.records.search(Search(name=f"{awkward}.*")) == [message]


def test_find_keeps_to_the_account_and_the_limit(store: AnyStore) -> None:
    """Newest first."""
    messages = opened(store, *(outbound("a", minute=n) for n in range(4)), outbound("a", account="other"))
    assert store.records.find("a", account="acme", limit=2) == [messages[3], messages[2]]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, "dcba"),
        ({"account": "acme"}, "dba"),
        ({"direction": Direction.OUTBOUND}, "dc"),
        ({"states": (State.QUEUED, State.ARRIVING)}, "cba"),
        ({"states": (State.FAILED,), "account": "other"}, ""),
        ({"attention": True}, "d"),
        ({"attention": True, "states": (State.HELD,)}, ""),
        ({"station": "ACME", "partner": "OTHER"}, "b"),
        ({"since": NOON + timedelta(minutes=1)}, "dcb"),
        ({"until": NOON + timedelta(minutes=1)}, "a"),
        ({"name": "?.edi"}, "dc"),
        ({"name": "D*"}, "d"),
        ({"name": "INVOICE.edi"}, "ba"),
        ({"name": "nvoice.edi"}, ""),
        ({"limit": 2}, "dc"),
        ({"limit": 1, "states": (State.QUEUED, State.ARRIVING)}, "c"),
    ],
)
def test_search_filters(store: AnyStore, wanted: dict[str, Any], found: str) -> None:
    """Every filter narrows; newest first, up to the limit."""
    opened(
        store,
        inbound("a"),
        inbound("b", minute=1, pair=OTHER),
        outbound("c.edi", minute=2, account="other"),
        failed("d.edi", minute=3),
    )
    seen = [(m.name or m.message_id or "").strip("<>")[0] for m in store.records.search(Search(**wanted))]
    assert "".join(seen) == found


@pytest.mark.parametrize(
    "wanted",
    [
        {"account": "acme"},
        {"station": "ACME"},
        {"partner": "OTHER"},
        {"partner": "OTHER", "account": "other", "direction": Direction.OUTBOUND},
        {"states": (State.QUEUED,), "partner": PAIR.partner, "since": NOON + timedelta(minutes=9)},
        {"attention": True, "station": "ACME_DE", "until": NOON + timedelta(minutes=40)},
        {"attention": True, "partner": "OTHER", "direction": Direction.OUTBOUND},
        {"station": "ACME", "name": "*3.edi"},
        {"station": "ACME_DE", "partner": PAIR.partner, "account": "acme"},
    ],
)
def test_the_newest_of_many_groups_are_found(store: AnyStore, wanted: dict[str, Any]) -> None:
    """However they lie among each other, and whatever the limit leaves."""
    opened(store, *_mixed(60))
    everything = store.records.search(Search(limit=100))
    fitting = [message for message in everything if _fits(message, **wanted)]
    assert len(fitting) < len(everything) == 60
    for limit in (1, 4, 100):
        assert ids(*store.records.search(Search(**wanted, limit=limit))) == ids(*fitting[:limit])


def _mixed(count: int) -> Iterator[Message]:
    """Messages of two accounts, two stations, two partners and three states, in no order of their groups."""
    for n in range(count):
        station, partner = ("ACME", "ACME_DE")[n % 7 > 3], (PAIR.partner, "OTHER")[n % 5 > 2]
        more: dict[str, Any] = {"account": ("acme", "other")[n % 3 > 1], "minute": n // 2}
        more["pair"] = Pair(station=station, partner=partner)
        yield (inbound, outbound, failed)[n % 11 % 3](f"{n}.edi", **more)


def _fits(
    message: Message,
    *,
    name: str = "*",
    since: datetime = NOON,
    until: datetime | None = None,
    **fields: object,
) -> bool:
    same = {
        "account": message.account,
        "station": message.pair.station,
        "partner": message.pair.partner,
        "direction": message.direction,
        "states": (message.state,),
        "attention": message.state is State.FAILED,
    }
    names = [message.name, *(file.name for file in message.files)]
    in_time = since <= message.created and (until is None or message.created < until)
    is_named = any(each.endswith(name.removeprefix("*")) for each in names)
    return in_time and is_named and all(same[key] == value for key, value in fields.items())


def test_attention_is_what_needs_a_person(store: AnyStore) -> None:
    """Held and failed."""
    held, _ = opened(store, inbound("a"), inbound("b"))
    held = happened(store, held, HELD)
    (bounced,) = opened(store, failed(minute=1))
    assert store.records.search(Search(attention=True)) == [bounced, held]


def test_a_history_is_in_the_order_of_writing(store: AnyStore) -> None:
    """Oldest first, also within one moment."""
    (message,) = opened(store, inbound())
    happened(store, message, ev.Staged(files=FILES), ev.Published(), ev.Confirmed(answered_at=NOON), minute=0)
    lines = store.records.history(message.id)
    assert [line.kind for line in lines] == ["listed", "staged", "published", "confirmed"]
    assert [line.phase for line in lines] == [Phase.LISTED, Phase.STAGED, Phase.PUBLISHED, Phase.CONFIRMED]


def test_untold_is_oldest_first_and_limited(store: AnyStore) -> None:
    """What waits longest is told first."""
    messages = opened(store, inbound("a"), inbound("b"), inbound("c"))
    for message in messages:
        happened(store, message, HELD)
    assert [t.message.id for t in untold(store, limit=2)] == ids(*messages[:2])


# What comparing asks ------------------------------------------------------------------------------


def test_all_messages_come_in_parts(store: AnyStore) -> None:
    """Of one account, in the order in which they were opened, each once, whatever happened to them."""
    messages = opened(store, *(inbound(name, minute=-n) for n, name in enumerate("abcde")))
    opened(store, inbound("x", account="other"))
    happened(store, messages[1], HELD)
    first = store.records.part("acme", after=None, limit=2)
    second = store.records.part("acme", after=first[-1].id, limit=3)
    assert ids(*first, *second) == ids(*messages)
    assert first[1].state is State.HELD
    assert store.records.part("acme", after=second[-1].id, limit=3) == []


def test_parts_since_a_time_are_of_those_with_a_line_from_then_on(store: AnyStore) -> None:
    """However old the message is; and in the same order."""
    messages = opened(store, *(inbound(name, minute=n) for n, name in enumerate("abcde")))
    opened(store, inbound("x", account="other", minute=9))
    happened(store, messages[1], HELD, minute=3)
    since = NOON + timedelta(minutes=3)
    first = store.records.part("acme", after=None, limit=2, since=since)
    second = store.records.part("acme", after=first[-1].id, limit=2, since=since)
    assert ids(*first, *second) == ids(messages[1], *messages[3:])
    assert store.records.part("acme", after=None, limit=2, since=since + timedelta(days=1)) == []


def test_histories_of_many_are_read_at_once(store: AnyStore) -> None:
    """The same lines as one by one, of thousands; one that is not there has none."""
    messages = opened(store, *(inbound(f"id-{n}", minute=n) for n in range(1_200)))
    happened(store, messages[0], HELD)
    happened(store, messages[7], ev.Staged(files=FILES), ev.Published())
    asked = [*ids(*messages[1:]), MessageId("nobody"), messages[0].id]
    histories = store.records.histories(asked)
    assert [line.kind for line in histories[messages[7].id]] == ["listed", "staged", "published"]
    assert {each: list(histories[each]) for each in ids(*messages)} == {
        each: list(store.records.history(each)) for each in ids(*messages)
    }
    assert not histories.get(MessageId("nobody"))
    assert store.records.histories([]) == {}


def test_accounts_are_those_with_messages(store: AnyStore) -> None:
    """Whether they are configured or not; facts alone are no message."""
    assert store.records.accounts() == frozenset()
    opened(store, inbound("a"), outbound("b", account="other"))
    store.journal.remember("third", {"paused": "pull"})
    assert store.records.accounts() == {"acme", "other"}


def test_a_new_store_has_no_flaws(store: AnyStore) -> None:
    """What a damaged one says is SQLite's."""
    opened(store, inbound("a"))
    assert list(store.records.flaws()) == []
