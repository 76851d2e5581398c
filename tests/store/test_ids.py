"""Ids of messages."""

from hypothesis import given
from hypothesis import strategies as st

from syncd.store.ids import ALPHABET, LENGTH, SPACE, Ids

NUMBERS = st.integers(0, SPACE - 1)
OFFSETS = st.integers(0, SPACE - 1)


@given(number=NUMBERS, offset=OFFSETS)
def test_an_id_leads_back_to_its_number(number: int, offset: int) -> None:
    """A bijection: no two numbers share an id."""
    ids = Ids(offset)
    text = ids.encode(number)
    assert len(text) == LENGTH
    assert set(text) <= set(ALPHABET)
    assert ids.decode(text) == ids.decode(text.upper()) == number


@given(text=st.text(max_size=10))
def test_any_other_text_is_no_id(text: str) -> None:
    """What is not eight characters of the alphabet has no number, and nothing raises."""
    number = Ids(0).decode(text)
    assert (number is None) == (len(text) != LENGTH or not set(text.lower()) <= set(ALPHABET))


def test_letters_that_look_like_digits_are_not_used() -> None:
    """No i, l, o, and no u; lower case only."""
    assert len(ALPHABET) == 32
    assert not set(ALPHABET) & set("ilou")
    assert ALPHABET.lower() == ALPHABET


def test_a_state_made_anew_gives_other_ids() -> None:
    """The first messages of two states have nothing in common."""
    first, second = Ids.of_state("0123456789abcdef"), Ids.of_state("fedcba9876543210")
    numbers = range(1, 10_000)
    assert {first.encode(n) for n in numbers}.isdisjoint(second.encode(n) for n in numbers)


def test_the_ids_of_a_state_never_change() -> None:
    """They stand in status files and in people's mails."""
    assert Ids.of_state("0123456789abcdef").encode(1) == "b4f9q3gc"


def test_neighbours_look_unlike() -> None:
    """Two messages of one batch are not mistaken for one another."""
    ids = Ids.of_state("x")
    pairs = ((ids.encode(n), ids.encode(n + 1)) for n in range(1, 1_000))
    assert all(sum(a != b for a, b in zip(*pair, strict=True)) >= 3 for pair in pairs)
