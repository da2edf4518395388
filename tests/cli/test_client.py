"""The API as commands call it: whom a command believes."""

import ssl

import pytest

from api.cli.client import Client, NotReachable


@pytest.mark.parametrize(
    ("api", "believes"),
    [("http://127.0.0.1:9", False), ("https://127.0.0.1:9", True), ("HTTPS://127.0.0.1:9", True)],
)
def test_only_who_is_encrypted_is_asked_who_it_is(api, believes, monkeypatch):
    loaded = []
    read = ssl.SSLContext.load_verify_locations
    monkeypatch.setattr(
        ssl.SSLContext,
        "load_verify_locations",
        lambda *given, **more: (loaded.append(True), read(*given, **more)),
    )
    with pytest.raises(NotReachable):
        Client(api, "token").get("/v1/tasks")
    assert bool(loaded) == believes
