"""The traffic of the last days: what is counted, how seldom, and what it looks like."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from syncd.core.model import Direction
from syncd.web.chart import DAYS, HEIGHT, Day, Traffic, drawn
from tests.fakes.door import NOON
from tests.web.parts import Site


class Book:
    """Ten inbound and two outbound messages an hour; remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[datetime] = []
        self.now = NOON

    def opened(self, way: Direction, since: datetime, until: datetime) -> int:
        self.asked.append(since)
        hours = int((min(until, self.now) - since) / timedelta(hours=1))
        return hours * (10 if way is Direction.INBOUND else 2)


def test_days_are_those_of_the_zone_and_counted_seldom() -> None:
    """Today once a minute, the others once an hour; a day with a clock change has its hours."""
    book = Book()
    book.now = datetime(2026, 3, 30, 12, tzinfo=UTC)
    traffic = Traffic(book.opened, zone=ZoneInfo("Europe/Berlin"), now=lambda: book.now)
    days = traffic.chart().days
    assert [days[0].day.isoformat(), days[-1].day.isoformat()] == ["2026-03-17", "2026-03-30"]
    assert [each.inbound for each in days] == [240] * 12 + [230, 140]
    assert len(book.asked) == 2 * DAYS
    traffic.chart()
    assert len(book.asked) == 2 * DAYS
    book.now += timedelta(minutes=1)
    traffic.chart()
    assert len(book.asked) == 2 * DAYS + 2
    book.now += timedelta(hours=12)
    assert traffic.chart().days[-1].day.isoformat() == "2026-03-31"
    assert len(traffic._kept) == 2 * DAYS


def test_the_highest_bar_fills_the_chart_and_the_smallest_is_seen() -> None:
    """Nothing has no bar."""
    day = NOON.date()
    chart = drawn([Day(day=day, inbound=100_000, outbound=1), Day(day=day, inbound=0, outbound=50_000)])
    assert [(bar.way, bar.height) for bar in chart.bars] == [
        ("inbound", HEIGHT),
        ("outbound", 1.5),
        ("outbound", HEIGHT / 2),
    ]
    assert drawn([Day(day=day, inbound=0, outbound=0)]).bars == ()


def test_the_chart_has_its_numbers_in_words() -> None:
    """For those who see no bars."""
    text = Site(opened=Book().opened).browser().get("/").text
    assert 'role="img" aria-label="' in text
    assert '<th scope="row">2026-01-30</th><td>240</td><td>48</td>' in text
