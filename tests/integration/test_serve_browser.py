# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
"""From the alert to the repair: a real Nagios shows a loss, its link is opened in a browser, TikTok's portal is gone through,
and Nagios shows that all is well again."""

import os
import re

import pytest

from browser import browser, browser_missing, console, hard_to_read, requests, show_as
from engine_nagios import Nagios
from scene import advertiser_ids, until
from serving import CONTACT, NAME, Serving
from watching import CRITICAL, HOST, OK, Watch

try:
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys
except ImportError:
    By = Keys = None

pytestmark = [pytest.mark.system, pytest.mark.skipif(bool(browser_missing()), reason="needs " + browser_missing())]

IDS = advertiser_ids(3)
LOST, EVIL_ID, FINE = IDS
EVIL = "<img src=x onerror=window.pwned=1>" + "W" * 120
ROWS = [{"advertiser_id": one, "name": name, "owner": "anna@agency.example"}
        for one, name in zip(IDS, ("Acme GmbH & Söhne", EVIL, "Fine"))]


class Repair(Watch):
    """The engine over the scene of a service that is running."""

    def __init__(self, serving, engine):  # pylint: disable=super-init-not-called
        self.box, self.scene, self.engine = serving.box, serving.scene, engine
        self.kind, self.scale, self.objects = "nagios", None, None
        self.set_feed()


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    with Nagios() as engine:
        os.chmod(tmp_path_factory.getbasetemp(), 0o755)
        folder = engine.make_folder("scene")
        serving = Serving(folder, ROWS, more="[owner anna@agency.example]\nhours = mon-sun 00:00-24:00\n"
                                             "[owner platform]\nemail = platform@agency.example\n")
        serving.scene.become(engine.user.pw_uid)
        with serving:
            yield serving, Repair(serving, engine).start()


@pytest.fixture(scope="module")
def driver():
    with browser() as driver:
        yield driver


def heading(driver):
    return driver.find_element(By.TAG_NAME, "h1").text


def test_from_the_alert_to_the_repair(stage, driver):
    serving, watch = stage
    actions = {one["service_description"]: one.get("action_url") for one in watch.engine.objects("service")}
    assert actions[LOST] == serving.sign(LOST) and actions["token-main"] == serving.sign("main", kind="token")

    serving.box.revoke(LOST)
    watch.feed()
    watch.wait(LOST, CRITICAL)
    output = watch.output(LOST)
    assert "[40001]" in output
    link = re.search(r"^Authorize again at: (\S+)$", output, re.MULTILINE)[1]
    until(lambda: any(one["service"] == LOST for one in watch.engine.notifications()))
    told = next(one for one in watch.engine.notifications() if one["service"] == LOST)
    assert link in told["arguments"]["LONGSERVICEOUTPUT"]  # as a notification command gets it, stripped

    show_as(driver, width=390, height=844)
    console(driver), requests(driver)
    driver.get(link)
    assert "Acme GmbH & Söhne" in driver.find_element(By.TAG_NAME, "main").text
    driver.find_element(By.TAG_NAME, "button").send_keys(Keys.ENTER)
    until(lambda: driver.current_url.startswith(serving.box.url + "/portal/auth"))
    driver.find_element(By.LINK_TEXT, "main").click()
    driver.find_element(By.CSS_SELECTOR, "button.go").click()
    until(lambda: driver.current_url.startswith(serving.public + "/callback"))
    assert heading(driver) == "It worked"
    assert [line for line in console(driver) if "favicon" not in line] == []
    assert all(url.startswith((serving.public, serving.box.url, "http://127.0.0.1:%d/" % serving.port))
               for url in requests(driver))
    assert driver.get_cookies() == []

    with open(os.path.join(serving.scene.folder, "main.token"), encoding="ascii") as file:
        assert file.read().split()[0] != "tok-main"
    watch.feed()
    watch.wait(LOST, OK)
    assert watch.states()["api"] == OK and set(watch.states().values()) == {OK}
    history = serving.scene.cli("history", LOST)
    assert "remote 127.0.0.1" in history.out and "re-authorized" in history.out, history
    driver.get(link)
    assert "connected at the moment" in driver.find_element(By.TAG_NAME, "main").text


@pytest.mark.parametrize("dark", (False, True))
@pytest.mark.parametrize("width", (320, 1280))
def test_pages_can_be_read_and_used(stage, driver, dark, width):
    serving, _ = stage
    for url in (serving.sign(EVIL_ID), serving.sign("main", kind="token"), serving.public + "/r/cut-off",
                serving.public + "/callback?error=access_denied"):
        show_as(driver, width=width, dark=dark, script=False)
        driver.get("about:blank")
        driver.get(url)
        show_as(driver, width=width, dark=dark)
        assert driver.execute_script("return document.documentElement.scrollWidth") <= width
        assert hard_to_read(driver) == []
        assert driver.execute_script("return window.pwned") is None
        assert driver.execute_script("return document.documentElement.lang") == "en"
        assert len(driver.find_elements(By.TAG_NAME, "h1")) == 1
        text = driver.find_element(By.TAG_NAME, "body").text
        assert NAME in text and CONTACT in text
        for button in driver.find_elements(By.TAG_NAME, "button"):
            assert button.size["height"] >= 44
            driver.find_element(By.TAG_NAME, "body").send_keys(Keys.TAB)
            assert driver.switch_to.active_element == button
            assert driver.execute_script("return getComputedStyle(arguments[0]).outlineStyle", button) == "solid"
