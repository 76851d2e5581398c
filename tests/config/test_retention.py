"""`[retention]`: nothing goes unless it is said."""

from datetime import timedelta

import pytest

from syncd.core.retention import Retention
from tests.config.reading import ACME, Load, problems


def test_nothing_is_removed_unless_set(read: Load) -> None:
    """By default, and where it is said."""
    assert read(ACME).retention == Retention()
    assert not read(ACME + '[retention]\nsent = "never"').retention.is_set


def test_a_span_is_set_by_file_or_variable(read: Load) -> None:
    """As every other key."""
    text = ACME + '[retention]\nsent = "90d"\nfailed = "36h"'
    kept = read(text, SYNCD_RETENTION__FAILED="never", SYNCD_RETENTION__SENT="1d").retention
    assert kept == Retention(sent=timedelta(days=1))
    assert read(text).retention == Retention(sent=timedelta(days=90), failed=timedelta(hours=36))


def test_a_span_may_be_in_years(read: Load) -> None:
    """Of 365 days each: as long as books are kept."""
    assert read(ACME + '[retention]\nhistory = "2y"').retention == Retention(history=timedelta(days=730))


@pytest.mark.parametrize(
    ("table", "variables", "key", "remedy"),
    [
        ('[retention]\nsent = "soon"', {}, "retention.sent", "never"),
        ("[retention]\nsent = 0", {}, "retention.sent", "never"),
        ('[retention]\nsnet = "90d"', {}, "retention.snet", "Did you mean sent?"),
        ('retention = "90d"', {}, "retention", "table"),
        ("", {"SYNCD_RETENTION__SNET": "90d"}, "SYNCD_RETENTION__SNET", "SYNCD_RETENTION__SENT?"),
        ("", {"SYNCD_RETENTION": "90d"}, "SYNCD_RETENTION", ""),
        ("", {"SYNCD_RETENTION__SENT": "soon"}, "SYNCD_RETENTION__SENT", "never"),
    ],
)
def test_a_mistake_is_named_with_its_remedy(
    read: Load, table: str, variables: dict[str, str], key: str, remedy: str
) -> None:
    """Nothing is removed by a slip."""
    found = problems(read, table + ACME if table.startswith("retention") else ACME + table, **variables)
    assert list(found) == [key]
    assert remedy in found[key]


@pytest.mark.parametrize("key", ["sent", "failed", "at_gateway"])
def test_a_row_outlives_its_file(read: Load, key: str) -> None:
    """Else nobody could tell any more whose file that is; never is longest, and does not matter here."""
    found = problems(read, ACME + f'[retention]\n{key} = "90d"\nhistory = "89d"')
    assert list(found) == ["retention.history"]
    assert f"retention.{key}" in found["retention.history"]
    assert read(ACME + f'[retention]\n{key} = "90d"\nhistory = "90d"').retention.is_set
    assert read(ACME + f'[retention]\n{key} = "never"\nhistory = "1d"').retention.is_set
