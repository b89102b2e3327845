# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
"""Where the built programs are, the markers of these tests, and receivers for them."""

import os

import pytest

from receiver_pagerduty import KEY, OTHER_KEY, PagerDuty
from receiver_webhook import PATH, SECRET, Slack, Webhook
from scene import top


def pytest_configure(config):
    config.addinivalue_line("markers", "system: needs real engines, root or packages of Debian (make check-system)")


@pytest.fixture(scope="session")
def configure():
    """The script, where it can be used for one more build."""
    if not os.path.exists(os.path.join(top(), "configure")) or os.path.exists(os.path.join(top(), "config.status")):
        pytest.skip("the source tree has no configure script, or is a build tree itself")
    return os.path.join(top(), "configure")


@pytest.fixture
def pagerduty():
    with PagerDuty(KEY, OTHER_KEY) as receiver:
        yield receiver
        assert receiver.refused == []  # nobody sends it what it does not take


@pytest.fixture
def webhook():
    with Webhook(SECRET) as receiver:
        yield receiver
        assert receiver.refused == []


@pytest.fixture
def slack():
    with Slack(PATH) as receiver:
        yield receiver
        assert receiver.refused == []
