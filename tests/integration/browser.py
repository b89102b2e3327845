# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
"""Chromium without a screen, told by python3-selenium; it reaches no network but what a page asks for."""

import contextlib
import json
import shutil
import tempfile

try:
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service
except ImportError:
    webdriver = None

DRIVER = shutil.which("chromedriver")
OPTIONS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
           "--disable-background-networking", "--disable-component-update", "--disable-sync")


def browser_missing():
    """What is needed and not here; "" when all is."""
    return ", ".join(name for name, there in (("python3-selenium", webdriver), ("chromium-driver", DRIVER),
                                              ("chromium", shutil.which("chromium"))) if not there)


@contextlib.contextmanager
def browser():
    """A WebDriver that keeps what pages write to the console and ask the network for."""
    with tempfile.TemporaryDirectory(prefix="tta-browser-", ignore_cleanup_errors=True) as folder:
        options = webdriver.ChromeOptions()
        options.binary_location = shutil.which("chromium")
        for option in (*OPTIONS, "--user-data-dir=" + folder):
            options.add_argument(option)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        driver = webdriver.Chrome(options=options, service=Service(DRIVER))
        try:
            yield driver
        finally:
            driver.quit()


def show_as(driver, width=1280, height=900, dark=False, script=True):
    """The screen and the person's wishes, from the next page on."""
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                           {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600})
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [
        {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]})
    driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": not script})


def console(driver):
    """What the page wrote to the console since the last call."""
    return [entry["message"] for entry in driver.get_log("browser")]


def requests(driver):
    """The addresses that were asked for since the last call, data: aside."""
    messages = [json.loads(entry["message"])["message"] for entry in driver.get_log("performance")]
    return [message["params"]["request"]["url"] for message in messages
            if message["method"] == "Network.requestWillBeSent"
            and not message["params"]["request"]["url"].startswith(("data:", "chrome:"))]


CONTRAST = """
function light(color) {
  var parts = color.match(/[\\d.]+/g).slice(0, 3).map(function (one) {
    one = one / 255;
    return one <= 0.03928 ? one / 12.92 : Math.pow((one + 0.055) / 1.055, 2.4);
  });
  return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
}
function ground(one) {
  for (; one; one = one.parentElement) {
    var color = getComputedStyle(one).backgroundColor;
    if (!/, 0\\)$/.test(color)) return color;
  }
  return "rgb(255, 255, 255)";
}
return Array.from(document.querySelectorAll("body *")).filter(function (one) {
  return one.checkVisibility() && !one.disabled && Array.from(one.childNodes).some(function (node) {
    return node.nodeType === 3 && node.data.trim();
  });
}).map(function (one) {
  var a = light(getComputedStyle(one).color), b = light(ground(one));
  return [(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), one.outerHTML.slice(0, 80)];
}).filter(function (one) { return one[0] < 4.5; });
"""


def hard_to_read(driver):
    """Elements with text of their own whose contrast is below 4.5 (WCAG 2, AA)."""
    return driver.execute_script(CONTRAST)
