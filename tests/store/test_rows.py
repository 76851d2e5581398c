"""Messages as rows."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import sqlite

from syncd.core.model import Message, Progress
from syncd.store import rows, schema
from syncd.store.ids import SPACE, Ids
from syncd.store.types import UtcDateTime

IDS = Ids.of_state("x")
PLAIN: dict[object, st.SearchStrategy[Any]] = {
    str: st.text(st.characters(exclude_categories=[]), max_size=12),  # surrogates, NUL: names are bytes
    int: st.integers(-(2**63), 2**63 - 1),
    bool: st.booleans(),
    datetime: st.datetimes(datetime(1970, 1, 1), datetime(2500, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    NoneType: st.none(),
}


def anything(hint: Any) -> st.SearchStrategy[Any]:  # noqa: ANN401 - whatever a field may be
    """Values of a field's type, also of fields that are added later."""
    if hint in PLAIN:
        return PLAIN[hint]
    if get_origin(hint) is tuple:
        return st.lists(anything(get_args(hint)[0]), max_size=2).map(tuple)
    if get_args(hint):
        return st.one_of(*(anything(part) for part in get_args(hint)))
    if hasattr(hint, "__supertype__"):
        return anything(hint.__supertype__)
    if hasattr(hint, "__dataclass_fields__"):
        return st.builds(hint, **{name: anything(part) for name, part in get_type_hints(hint).items()})
    return st.sampled_from(hint)


@pytest.fixture(scope="module")
def database() -> Iterator[sa.Connection]:
    engine = sa.create_engine("sqlite://")
    with engine.connect() as connection:
        schema.metadata.create_all(connection)
        yield connection
    engine.dispose()


@given(message=anything(Message), number=st.integers(0, SPACE - 1))
def test_a_message_comes_back_from_its_row(database: sa.Connection, message: Message, number: int) -> None:
    """Every field of every kind survives, whatever is in it."""
    message = replace(message, id=IDS.encode(number), account="acme", gateway="as2gateway")
    message = replace(message, resend_of=IDS.encode(number))  # these three are our own words
    database.execute(sa.insert(schema.messages), rows.values(message, number))
    row = database.execute(sa.select(schema.messages)).one()
    database.rollback()
    assert rows.message(row, IDS) == message


def test_an_unremarkable_message_takes_no_space_for_its_memory() -> None:
    """Defaults are not written."""
    assert rows._progress_out(Progress()) == {}


def test_a_time_without_a_zone_is_refused() -> None:
    """It would be somebody's local time."""
    local = datetime(2026, 1, 1)  # noqa: DTZ001 - the mistake itself
    with pytest.raises(ValueError, match="no time zone"):
        UtcDateTime().process_bind_param(local, sqlite.dialect())


def test_what_never_changes_is_not_written_again() -> None:
    """An update leaves out the columns that are fixed when a message is opened."""
    assert {column.name for column in schema.messages.c} > rows.NEVER_CHANGE
