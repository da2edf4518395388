"""HTTP as tests speak it: nothing is encrypted, so no client reads whom it could believe.

Reading them takes 80 ms of processor, and a test of the API has a client for each of the cast.
"""

import ssl
from typing import Any

import httpx2

NOBODY = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def client(url: str, **options: Any) -> httpx2.Client:
    """A client of a server of this machine."""
    return httpx2.Client(base_url=url, trust_env=False, verify=NOBODY, **options)


def waiting_client(url: str, **options: Any) -> httpx2.AsyncClient:
    """The same for those that await."""
    return httpx2.AsyncClient(base_url=url, trust_env=False, verify=NOBODY, **options)
