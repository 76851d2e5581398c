"""Log lines: readable for people, one JSON object a line for machines, and never a secret."""

import io
import json
import logging
import warnings
from collections.abc import Iterator

import pytest
import structlog

from syncd.logs import set_up


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """Put the process's logging back as it was."""
    root = logging.getLogger()
    level, handlers = root.level, list(root.handlers)
    logging.captureWarnings(capture=False)  # a test before may have left it on, and pytest has undone it
    with warnings.catch_warnings():
        yield
    root.setLevel(level)
    root.handlers[:] = handlers
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    """The JSON objects that were written."""
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_stream_that_is_no_terminal_gets_json() -> None:
    """The event and its values are keys."""
    stream = io.StringIO()
    set_up(stream=stream)
    structlog.get_logger().info("message.delivered", message="abcd1234")
    [line] = lines(stream)
    assert (line["event"], line["level"], line["message"]) == ("message.delivered", "info", "abcd1234")
    assert str(line["at"]).endswith("Z")


def test_console_lines_are_for_people() -> None:
    """One line that starts with the time and has no braces."""
    stream = io.StringIO()
    set_up(form="console", stream=stream)
    structlog.get_logger().info("message.delivered", message="abcd1234")
    assert "message.delivered" in stream.getvalue()
    assert "{" not in stream.getvalue()


def test_the_level_cuts_off_what_is_below() -> None:
    """Nothing below it is written."""
    stream = io.StringIO()
    set_up(level="warning", stream=stream)
    structlog.get_logger().info("pass.done")
    structlog.get_logger().warning("pull.failed")
    assert [line["event"] for line in lines(stream)] == ["pull.failed"]


def test_secrets_are_masked_by_their_name() -> None:
    """However deep they are, and however the name is written."""
    stream = io.StringIO()
    set_up(stream=stream)
    structlog.get_logger().info(
        "request.sent", password="hush", headers={"Authorization": "hush", "x": [{"api-key": "hush"}]}
    )
    assert "hush" not in stream.getvalue()


def test_libraries_are_heard_from_warnings_on() -> None:
    """The HTTP library tells of each request at info: that is our own lines' work."""
    stream = io.StringIO()
    set_up(level="debug", stream=stream)
    logging.getLogger("httpx").info("GET /v1/message")
    logging.getLogger("httpx").warning("odd %s", "answer")
    warnings.warn("old thing", DeprecationWarning, stacklevel=1)
    heard = lines(stream)
    assert [line["library"] for line in heard] == ["httpx", "py.warnings"]
    assert heard[0]["event"] == "odd answer"


def test_no_traceback_shows_what_variables_hold() -> None:
    """Passwords are in some of them; a traceback for people is a plain one."""
    stream = io.StringIO()
    set_up(form="console", stream=stream)
    secret = "pazz" + "word"
    try:
        int(f"not {len(secret)}")
    except ValueError:
        structlog.get_logger().exception("job.failed")
    assert "ValueError: invalid literal" in stream.getvalue()
    assert "pazzword" not in stream.getvalue()


def test_an_exception_comes_with_its_traceback() -> None:
    """On one line, for machines."""
    stream = io.StringIO()
    set_up(stream=stream)
    try:
        int("broken")
    except ValueError:
        structlog.get_logger().exception("job.failed")
    assert "ValueError: invalid literal" in str(lines(stream)[0]["exception"])


def test_set_up_twice_writes_once() -> None:
    """A second call replaces the first."""
    stream = io.StringIO()
    set_up(stream=io.StringIO())
    set_up(stream=stream)
    logging.getLogger("some.library").warning("once")
    assert len(lines(stream)) == 1
