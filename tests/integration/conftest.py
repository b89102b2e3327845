# SPDX-FileCopyrightText: tiktok-auth-monitor authors
# SPDX-License-Identifier: Apache-2.0
"""Where the built programs are, and the markers of these tests."""


def pytest_configure(config):
    config.addinivalue_line("markers", "system: needs real engines, root or packages of Debian (make check-system)")
