"""What goes together in one request: order and limits are kept, and nothing is lost."""

from hypothesis import given
from hypothesis import strategies as st

from syncd.core.model import File, Message, Progress
from syncd.core.planning.batches import archive_can_carry, plan_batches, plan_confirmations
from tests.core.building import capabilities, file, inbound

MB = 1_000_000


def messages(*sizes: int) -> list[Message]:
    return [inbound(n, files=(file(size=size),)) for n, size in enumerate(sizes)]


@st.composite
def rows(draw: st.DrawFn) -> list[Message]:
    name = st.sampled_from(["a", "b", "A", "", "x/y", ".error"])
    one = st.builds(lambda name, size: File(name=name, size=size), name, st.integers(0, 1200))
    parts = draw(st.lists(st.tuples(st.lists(one, max_size=3), st.booleans()), max_size=30))
    return [
        inbound(n, files=tuple(files), progress=Progress(by_index=by_index))
        for n, (files, by_index) in enumerate(parts)
    ]


@given(rows=rows(), most=st.integers(1, 10))
def test_batches_keep_order_and_limits_and_lose_nothing(rows: list[Message], most: int) -> None:
    """Every message once, in listing order; only one that goes by index may be beyond the limits."""
    batches = plan_batches(rows, capabilities(messages=most, size=1000))
    assert [row for batch in batches for row in batch.rows] == rows
    for batch in batches:
        if batch.by_index:
            assert len(batch.rows) == 1
            continue
        assert 1 <= len(batch.rows) <= most
        assert sum(row.size for row in batch.rows) < 1000
        assert all(archive_can_carry(row.files) and not row.progress.by_index for row in batch.rows)


@given(rows=rows(), most=st.integers(1, 10))
def test_confirmations_keep_order_and_lose_nothing(rows: list[Message], most: int) -> None:
    """Every message once; several together only as a batch may have them."""
    groups = plan_confirmations(rows, capabilities(messages=most, size=1000))
    assert [row for group in groups for row in group] == rows
    assert all(len(group) == 1 or 4 <= len(group) <= most for group in groups)


def test_small_messages_fill_a_batch() -> None:
    """One request for a hundred."""
    assert [len(batch.rows) for batch in plan_batches(messages(*[10] * 250), capabilities())] == [
        100,
        100,
        50,
    ]


def test_a_message_at_the_limit_goes_by_itself() -> None:
    """Its neighbours do not pay for it."""
    batches = plan_batches(messages(10, 10 * MB, 10), capabilities())
    assert [(len(batch.rows), batch.by_index) for batch in batches] == [(1, False), (1, True), (1, False)]


def test_names_that_an_archive_cannot_carry_are_known() -> None:
    """Two names that are one where case does not count, a path, or the gateway's own error entry."""
    assert archive_can_carry((file("a"), file("b")))
    for names in (("a", "A"), ("x/y",), ("x\\y",), (".error",), ("..",), ("",)):
        assert not archive_can_carry(tuple(file(name) for name in names))


def test_a_batch_confirms_where_it_saves_requests() -> None:
    """Four or more, and less than 1 MB for each request saved: its bytes come once more."""
    assert [len(group) for group in plan_confirmations(messages(*[10] * 4), capabilities())] == [4]
    assert [len(group) for group in plan_confirmations(messages(*[10] * 3), capabilities())] == [1, 1, 1]
    heavy = messages(*[MB] * 4)
    assert [len(group) for group in plan_confirmations(heavy, capabilities())] == [1] * 4


def test_without_a_batch_call_each_is_confirmed_by_itself() -> None:
    """As ECGrid has it."""
    groups = plan_confirmations(messages(*[10] * 4), capabilities(batch_confirm=False))
    assert [len(group) for group in groups] == [1] * 4
