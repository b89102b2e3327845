# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
"""The page of tiktok-auth report in a browser: by keyboard, on a phone, in the dark, with hostile names and many rows."""

import os
import time

import pytest

from browser import browser, browser_missing, console, hard_to_read, requests, show_as
from sandbox import Sandbox
from scene import Scene, advertiser_ids, until, world

try:
    from selenium.webdriver.common.keys import Keys
except ImportError:
    Keys = None

pytestmark = [pytest.mark.system, pytest.mark.skipif(bool(browser_missing()), reason="needs " + browser_missing())]

IDS = advertiser_ids(12)
EVIL = ["<script>window.pwned=1</script>", "</script><!--<script>window.pwned=1", "\"><img src=x onerror=window.pwned=1>",
        "\u202eevil\u2066\u2028", "&lt;b&gt;bold", "javascript:window.pwned=1"]
LONG = "W" * 280
LOST = IDS[:5]
APPS = {"demo": {"app_id": "7055107885017071618", "secret": "one"},
        "other": {"app_id": "7055107885017071619", "secret": "two"}}
TOKENS = {"main": {"token": "tok-main", "app": "demo"}, "side": {"token": "tok-side", "app": "other"}}
ROWS = [{"advertiser_id": one, "name": (EVIL + [LONG])[index] if index < 7 else "Plain %d" % index,
         "owner": EVIL[index % 3] if index < 6 else "ben@agency.example", "client": EVIL[(index + 1) % 3] if index < 4 else "",
         "token": "side" if index in (4, 8) else "main"} for index, one in enumerate(IDS)]
MANY = 10000


def report(scene, name="page.html"):
    path = os.path.join(scene.folder, name)
    assert scene.cli("report", "--html", path).exit == 0
    return path


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """The file of a page with five losses."""
    with Sandbox(scenario=world(ROWS, TOKENS, APPS)) as box:
        scene = Scene(tmp_path_factory.mktemp("page"), box, ROWS, TOKENS, APPS)
        scene.sweep()
        box.revoke(LOST)
        scene.sweep()
        return report(scene)


@pytest.fixture(scope="module")
def driver():
    with browser() as driver:
        yield driver


def go(driver, path, fragment="", **more):
    driver.get("about:blank")
    show_as(driver, **more)
    console(driver)
    requests(driver)
    began = time.monotonic()
    driver.get("file://" + path + fragment)
    return time.monotonic() - began


def value(driver, script):
    return driver.execute_script("return " + script)


def matches(driver):
    return value(driver, "document.getElementById('matches').textContent")


def shown(driver):
    """Ids of the rows that are to be seen."""
    return value(driver, "Array.from(document.querySelectorAll('tbody tr')).filter(row => row.checkVisibility() && "
                         "row.closest('#problems, #rows')).map(row => row.querySelector('.id').textContent)")


def press(driver, *keys):
    for key in keys:
        driver.switch_to.active_element.send_keys(key)


def tab_to(driver, name):
    for _ in range(60):
        driver.execute_cdp_cmd("Input.dispatchKeyEvent", {"type": "keyDown", "key": "Tab", "code": "Tab",
                                                          "windowsVirtualKeyCode": 9})
        if value(driver, "document.activeElement.id") == name:
            return
    raise AssertionError("the key Tab does not lead to " + name)


def test_it_is_quiet_and_asks_nobody(driver, page):
    go(driver, page)
    assert matches(driver) == "12 of 12 advertisers match: 5 not OK, 7 OK."
    assert console(driver) == [] and requests(driver) == ["file://" + page]


def test_hostile_names_are_text(driver, page):
    go(driver, page)
    names = value(driver, "Array.from(document.querySelectorAll('.name')).map(one => one.textContent)")
    assert set(EVIL[:3] + EVIL[4:]) <= set(names) and "?evil??" in names
    assert value(driver, "window.pwned") is None
    assert value(driver, "document.querySelectorAll('img, script:not([type])').length") == 1
    assert value(driver, "Array.from(document.links).every(link => /^https?:|#/.test(link.href))")
    assert console(driver) == []


def test_the_policy_stops_what_is_not_the_page_s_own(driver, page, tmp_path):
    """Even where escaping had failed: here markup is put in by hand."""
    path = os.path.join(tmp_path, "injected.html")
    with open(page, encoding="utf-8") as file:
        text = file.read()
    with open(path, "w", encoding="utf-8") as file:
        file.write(text.replace("</main>", "<script>window.pwned=1</script><img src=x onerror='window.pwned=1'>"
                                           "<link rel=stylesheet href='http://127.0.0.1:1/x.css'></main>"))
    go(driver, path)
    assert value(driver, "window.pwned") is None and len(console(driver)) >= 3
    assert matches(driver) == "12 of 12 advertisers match: 5 not OK, 7 OK."


def test_search_and_filters_by_keyboard(driver, page):
    go(driver, page)
    tab_to(driver, "q")
    press(driver, "PLAIN")
    until(lambda: matches(driver) == "5 of 12 advertisers match: 0 not OK, 5 OK.")
    assert shown(driver) == [IDS[7], *IDS[9:], IDS[8]]
    assert driver.current_url.endswith("#q=PLAIN")
    tab_to(driver, "app")
    press(driver, "o")
    until(lambda: shown(driver) == [IDS[8]])
    assert "app=other" in driver.current_url
    driver.refresh()
    assert shown(driver) == [IDS[8]] and matches(driver) == "1 of 12 advertisers matches: 0 not OK, 1 OK."
    tab_to(driver, "state")
    press(driver, "c")
    until(lambda: shown(driver) == [])
    driver.execute_script("document.querySelector('button[type=reset]').focus()")
    press(driver, Keys.ENTER)
    until(lambda: len(shown(driver)) == 12)
    tab_to(driver, "state")
    press(driver, "c")
    until(lambda: set(shown(driver)) == set(LOST))
    assert driver.current_url.endswith("#state=critical")


def test_the_fragment_is_the_filter(driver, page):
    go(driver, page, "#owner=ben%40agency.example&state=ok")
    assert matches(driver) == "6 of 12 advertisers match: 0 not OK, 6 OK."
    driver.execute_script("location.hash = '#client=&state=bad'")
    until(lambda: shown(driver) == [IDS[4]])
    driver.execute_script("location.hash = '#owner=nobody&state=%3Cb%3E'")
    until(lambda: len(shown(driver)) == 12)


def test_the_skip_link_and_what_has_focus_is_seen(driver, page):
    go(driver, page)
    driver.execute_cdp_cmd("Input.dispatchKeyEvent", {"type": "keyDown", "key": "Tab", "code": "Tab",
                                                      "windowsVirtualKeyCode": 9})
    assert value(driver, "document.activeElement.className") == "skip"
    assert value(driver, "document.activeElement.getBoundingClientRect().left") >= 0
    assert value(driver, "getComputedStyle(document.activeElement).outlineStyle") == "solid"
    press(driver, Keys.ENTER)
    assert value(driver, "document.activeElement.id") == "main"


def test_what_helpers_for_the_blind_need(driver, page):
    go(driver, page)
    assert value(driver, "document.documentElement.lang") == "en"
    assert value(driver, "Array.from(document.querySelectorAll('input, select')).every(one => one.labels.length === 1)")
    assert value(driver, "Array.from(document.querySelectorAll('th')).every(one => one.scope)")
    assert value(driver, "Array.from(document.querySelectorAll('[aria-labelledby]')).every(one => "
                         "one.getAttribute('aria-labelledby').split(' ').every(id => document.getElementById(id)))")
    ids = value(driver, "Array.from(document.querySelectorAll('[id]')).map(one => one.id)")
    assert len(ids) == len(set(ids))
    assert value(driver, "['header', 'main', 'footer'].every(one => document.querySelectorAll('body > ' + one)"
                         ".length === 1)")
    headings = value(driver, "Array.from(document.querySelectorAll('h1, h2, h3')).map(one => Number(one.tagName[1]))")
    assert headings[0] == 1 and all(after - before <= 1 for before, after in zip(headings, headings[1:]))


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [360, 1280])
def test_it_fits_and_can_be_read(driver, page, dark, width):
    go(driver, page, width=width, height=740, dark=dark)
    driver.execute_script("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert value(driver, "document.documentElement.scrollWidth") <= width
    assert value(driver, "matchMedia('(prefers-color-scheme: dark)').matches") == dark
    assert hard_to_read(driver) == []
    assert (value(driver, "getComputedStyle(document.body).backgroundColor") == "rgb(16, 21, 28)") == dark


def test_without_script_all_that_is_lost_is_there(driver, page):
    go(driver, page, script=False)
    try:
        text = driver.find_element("tag name", "body").text
    finally:
        show_as(driver)
    assert "40001" in text and "7 advertisers are listed here only where scripts run" in text
    assert all(one in text for one in LOST) and IDS[7] not in text


def test_ten_thousand(driver, tmp_path_factory):
    ids = advertiser_ids(MANY)
    with Sandbox(scenario=world(ids)) as box:
        scene = Scene(tmp_path_factory.mktemp("many"), box, ids)
        scene.sweep()
        box.revoke(ids[:20])
        scene.sweep()
        path = report(scene)
    seconds = go(driver, path)
    print("\n%d advertisers: %.2f s, %d bytes" % (MANY, seconds, os.path.getsize(path)))
    assert matches(driver) == "10,000 of 10,000 advertisers match: 20 not OK, 9,980 OK."
    assert len(shown(driver)) == 120 and console(driver) == []
    tab_to(driver, "next")
    press(driver, Keys.ENTER)
    until(lambda: value(driver, "document.getElementById('where').textContent") == "101 to 200 of 9,980")
    tab_to(driver, "q")
    press(driver, ids[7777])
    until(lambda: shown(driver) == [ids[7777]])


def test_more_losses_than_the_html_has_rows_for(driver, tmp_path):
    """The script lists those beyond, with what to do."""
    ids = advertiser_ids(700)
    with Sandbox(scenario=world(ids)) as box:
        scene = Scene(tmp_path, box, [{"advertiser_id": one, "name": EVIL[index % 3]} for index, one in enumerate(ids)],
                      more="[fix token_revoked]\nrunbook_url = https://wiki.example/dead\n")
        scene.sweep()
        box.kill("tok-main")
        scene.sweep()
        path = report(scene)
    go(driver, path, "#state=critical")
    assert matches(driver) == "700 of 700 advertisers match: 700 not OK, 0 OK."
    assert len(shown(driver)) == 600 and console(driver) == [] and value(driver, "window.pwned") is None
    row = "document.querySelector('#rows tbody tr')"
    assert "40105" in value(driver, row + ".textContent") and "CRITICAL" in value(driver, row + ".textContent")
    driver.execute_script(row + ".querySelector('a').focus()")
    press(driver, Keys.ENTER)
    assert value(driver, "document.activeElement.id") == "fix-1" and driver.current_url.endswith("#state=critical")
    assert value(driver, "document.activeElement.querySelectorAll('ol.fix li').length") > 2
    driver.execute_script("document.getElementById('main').focus()")
    tab_to(driver, "q")
    press(driver, ids[699], " 40105")
    until(lambda: shown(driver) == [ids[699]])
