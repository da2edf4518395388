"""The office whose people are told, and the gateway by which messages leave."""

from collections.abc import Iterator

import pytest

from activities.partners.messages import Gateway
from tests.notifications import Telling
from tests.office import Office
from tests.sandbox.messages_process import MessagesProcess, running_messages


@pytest.fixture(scope="module")
def messages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MessagesProcess]:
    with running_messages(tmp_path_factory.mktemp("messages")) as process:
        yield process


@pytest.fixture
def telling(office: Office) -> Telling:
    """The turns taken by hand; what happened before is told."""
    found = Telling(office)
    found.tell()
    return found


@pytest.fixture
def posted(office: Office, messages: MessagesProcess) -> Iterator[Telling]:
    """The same with a gateway; what waited before is sent."""
    messages.disarm()
    gateway = Gateway(messages.url, timeout=1)
    found = Telling(office, gateway)
    found.tell()
    found.later()
    found.send()
    yield found
    messages.disarm()
    gateway.close()
