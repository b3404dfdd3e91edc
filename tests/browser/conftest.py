"""A browser and the gallery, once for all tests of how pages look and behave."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.city import City, demo_city
from tests.browser.gallery import chromium, served, write


@pytest.fixture(scope="module")
def gallery() -> Iterator[str]:
    """The address of the gallery, freshly written."""
    write()
    with served() as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The machine's Chromium."""
    with chromium() as started:
        yield started


@pytest.fixture(scope="session")
def city() -> Iterator[City]:
    """The demo city, loaded once for all journeys."""
    with demo_city() as found:
        yield found
