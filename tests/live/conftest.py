from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.live.running import DOOR_APP, RunningServer

type StartServer = Callable[..., RunningServer]


@pytest.fixture
def start_server() -> Iterator[StartServer]:
    """Starts the small application of door_app.py for this test alone."""
    with ExitStack() as started:
        yield lambda **options: started.enter_context(RunningServer(DOOR_APP, **options))


@pytest.fixture(scope="module")
def server() -> Iterator[RunningServer]:
    """One door for all tests of a module; an answer may lie still for 2 s."""
    with RunningServer(DOOR_APP, patience=2) as running:
        yield running
