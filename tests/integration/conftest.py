# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
"""Where the built programs are, and the markers of these tests."""

import os

import pytest

from scene import top


def pytest_configure(config):
    config.addinivalue_line("markers", "system: needs real engines, root or packages of Debian (make check-system)")


@pytest.fixture(scope="session")
def configure():
    """The script, where it can be used for one more build."""
    if not os.path.exists(os.path.join(top(), "configure")) or os.path.exists(os.path.join(top(), "config.status")):
        pytest.skip("the source tree has no configure script, or is a build tree itself")
    return os.path.join(top(), "configure")
