"""The secrets of an installation, made once in the key folder and readable by its owner only."""

import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from config.settings import Settings


@dataclass(frozen=True, slots=True)
class Keys:
    """`payload` encrypts what Temporal stores (AES-256), from `edge` the API makes secrets that it
    hands out once; the others sign (Ed25519, PEM)."""

    payload: bytes
    bearer_private: bytes
    bearer_public: bytes
    actor_private: bytes
    actor_public: bytes
    seal_private: bytes
    edge: bytes


def load(settings: Settings) -> Keys:
    """Read the keys of the installation; the first call makes them."""
    folder = settings.key_folder
    bearer, actor = (kept(folder / f"{name}.pem", new_signing_key) for name in ("bearer", "actor"))
    seal = kept(folder / "seal.pem", new_signing_key)
    return Keys(
        payload=kept(folder / "payload.key", lambda: secrets.token_bytes(32)),
        bearer_private=bearer,
        bearer_public=public_half(bearer),
        actor_private=actor,
        actor_public=public_half(actor),
        seal_private=seal,
        edge=kept(folder / "edge.key", lambda: secrets.token_bytes(32)),
    )


def login_password(settings: Settings) -> str:
    """The password of the three database logins: the setting, or one made for this home."""
    given = settings.login_password.get_secret_value()
    return given or kept(settings.key_folder / "login.password", new_password).decode()


def kept(path: Path, make: Callable[[], bytes]) -> bytes:
    """The file's bytes; made and written once, whoever comes first."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(make())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_bytes()


def new_password() -> bytes:
    """A fresh password for the database logins."""
    return secrets.token_urlsafe(24).encode()


def new_signing_key() -> bytes:
    """A fresh Ed25519 private key, PEM."""
    key = Ed25519PrivateKey.generate()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def public_half(private: bytes) -> bytes:
    """The public key of a private one, PEM."""
    key = load_pem_private_key(private, password=None)
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
