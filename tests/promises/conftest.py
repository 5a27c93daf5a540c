"""What tests of several promises share."""

from __future__ import annotations

import pytest

from tests.promises.preloaded import Preloaded


@pytest.fixture(scope="module")
def preloaded():
    server = Preloaded()
    yield server
    server.close()
