"""The pages in a real browser: for everybody, on every screen, by keyboard alone; kept up to date."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait

from syncd.core.machine import INBOUND, OUTBOUND
from syncd.core.model import Direction, KindCount, Message
from syncd.operations.questions import row
from syncd.operations.reports import Left
from syncd.operations.status import TroubleStatus
from syncd.web.server import WebServer, bound
from tests.fakes.door import NOON, FakeDoor
from tests.web.building import HOSTILE, message
from tests.web.parts import Site
from tests.web.test_pages import account

FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"),
)
FOCUSABLE = "a[href], button, summary, input:not([type=hidden]), select, [tabindex='0']"
WALK = """const all = [...document.querySelectorAll("*")]; window.walked = [];
document.addEventListener("focusin", event => {
  const at = event.target; walked.push([all.indexOf(at), at.className, getComputedStyle(at).outlineStyle]);
});"""
ANSWERS = "return performance.getEntriesByType('resource').filter(e => e.name.endsWith('/live/last')).length"
SEEN = f"""return [...document.querySelectorAll("{FOCUSABLE}")].filter(e => e.checkVisibility()).length"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    """One for all tests here."""
    binary, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if binary is None or driver is None:
        pytest.skip("needs Debian's packages chromium and chromium-driver")
    options = ChromeOptions()
    options.binary_location = binary
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('browser')}"):
        options.add_argument(flag)
    made = Chrome(options=options, service=Service(driver))
    yield made
    made.quit()


@contextmanager
def opened(door: FakeDoor) -> Iterator[str]:
    """The page of a door, at an address of its own."""
    listening = bound("127.0.0.1", 0)
    port: int = listening.getsockname()[1]
    site = Site(door=door, port=port, opened=lambda way, _since, _until: 9 if way == "inbound" else 4)
    server = WebServer(site.app, listening)
    server.start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.stop()


def every_state() -> FakeDoor:
    """One message of each, names that do harm, and all that can need a person."""
    ways = ((Direction.INBOUND, INBOUND), (Direction.OUTBOUND, OUTBOUND))
    spots = [
        (way, spot) for way, table in ways for spot in {at: 0 for moves in table.values() for at in moves}
    ]
    known: list[Message] = []
    for number, (way, (state, phase)) in enumerate(spots):
        name = HOSTILE if number % 5 == 0 else f"{'a-long-name-' * (number % 3 * 8)}{number}.edi"
        made = message(state, phase, direction=way, name=name, message_id=f"m{number:07}", reason="why" * 9)
        kinds = (KindCount(name="850", count=2),)
        known.append(replace(made, created=NOON - timedelta(days=number), kinds=kinds))
    left = Left(path=Path(f"/srv/edi/acme/outbox/{'x' * 120}"), reason="no such partner", needs_person=True)
    trouble = TroubleStatus(
        job="pull", what="the password is refused", remedy="`syncd check`", since=NOON, needs_person=True
    )
    attention = [each for each in known if each.state in {"held", "failed"}]
    status = account(*attention, not_taken=(left,), troubles=(trouble,), passed_over=12)
    quiet = replace(status, account="other", troubles=(replace(trouble, needs_person=False),), attention=())
    return FakeDoor(
        messages=known, known={"acme": status, "other": quiet}, roots={"acme": Path("/srv/edi/acme")}
    )


def shown_as(browser: Chrome, width: int, scheme: str) -> None:
    """A screen of this width, for somebody who likes it light or dark."""
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    liked = {"name": "prefers-color-scheme", "value": scheme}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [liked]})


def faults(browser: Chrome) -> list[Any]:
    """What axe finds: colours, labels, headings, order, names of buttons."""
    browser.execute_script((files("axe_core_python") / "axe.min.js").read_text(encoding="utf-8"))
    found: list[Any] = browser.execute_async_script(
        """const done = arguments[0];
        axe.run().then(found => done(found.violations.map(v => [v.id, v.impact, v.nodes[0].html])));"""
    )
    return found


def ask_again(browser: Chrome) -> None:
    """As when its tab is looked at again, and wait for the answers."""
    before = browser.execute_script(ANSWERS)
    browser.execute_script("document.dispatchEvent(new Event('visibilitychange'))")
    patience = WebDriverWait(browser, 10, poll_frequency=0.05)
    patience.until(lambda _: browser.execute_script(ANSWERS) > before)


def test_everybody_can_read_it_on_every_screen(browser: Chrome) -> None:
    """Light and dark, wide and narrow: no fault, nothing to scroll sideways, nothing blocked or missing."""
    with opened(every_state()) as here, opened(FakeDoor()) as empty:
        pages = [f"{here}/", f"{here}/message/m0000000", f"{here}/messages?name=x", f"{empty}/"]
        seen = [(pages[0], width, scheme) for width in (1280, 390) for scheme in ("light", "dark")]
        seen += [(page, 390, "light") for page in pages[1:]]
        for page, width, scheme in seen:
            shown_as(browser, width, scheme)
            browser.get(page)
            assert faults(browser) == [], (page, width, scheme)
            assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    assert browser.get_log("browser") == []  # type: ignore[no-untyped-call]


def test_the_keyboard_reaches_each_control_and_shows_where_it_is(browser: Chrome) -> None:
    """The skip link first; what is folded away opens by a key."""
    shown_as(browser, 1280, "light")
    with opened(every_state()) as here:
        browser.get(f"{here}/")
        browser.execute_script("document.getElementById('live-state').firstElementChild.was = 'there'")
        browser.execute_script(WALK)
        controls = browser.execute_script(SEEN)
        browser.switch_to.active_element.send_keys(Keys.TAB * controls)
        walked = browser.execute_script("return walked")
        assert walked[0][1:] == ["skip", "solid"]
        assert {outline for _, _, outline in walked} == {"solid"}
        assert len({number for number, _, _ in walked}) == controls
        ask_again(browser)
        assert browser.execute_script("return document.getElementById('live-state').firstElementChild.was")
        summary = browser.find_element(By.CSS_SELECTOR, "details.find summary")
        summary.send_keys(Keys.ENTER)
        assert browser.find_element(By.ID, "s-name").is_displayed()


def test_it_keeps_itself_up_to_date_and_presses_once(browser: Chrome) -> None:
    """Who was at a button stays there, what was open stays open; two presses are one."""
    held = message(reason="first reason")
    door = FakeDoor(messages=[held], known={"acme": account(held)})
    with opened(door) as here:
        browser.get(f"{here}/")
        button = "need-aaaa1111-resolve-sent"
        browser.execute_script("document.getElementById('traffic-numbers').open = true")
        browser.execute_script(f"document.getElementById('{button}').focus()")
        other = replace(held, reason="second reason")
        door.known = {"acme": replace(account(other), attention=(row(other, {}),))}
        ask_again(browser)
        patience = WebDriverWait(browser, 10, poll_frequency=0.05)
        patience.until(lambda _: "second reason" in browser.page_source)
        assert browser.execute_script("return document.activeElement.id") == button
        assert browser.execute_script("return document.getElementById('traffic-numbers').open")
        assert browser.title.startswith("Needs you")
        browser.execute_script(f"const b = document.getElementById('{button}'); b.click(); b.click();")
        patience.until(lambda _: ">Done</h1>" in browser.page_source)
    assert door.resolved == [("aaaa1111", "sent", "web:127.0.0.1")]
