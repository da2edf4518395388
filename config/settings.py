"""The one reader of the environment. Only the mains import it; everything else is handed values."""

from enum import StrEnum
from pathlib import Path

from pydantic import PositiveInt, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).parent.parent


class Mode(StrEnum):
    """Sandbox allows simulated partners, crash points and an open codec server, production none."""

    SANDBOX = "sandbox"
    PRODUCTION = "production"


class Settings(BaseSettings):
    """Every setting, as `KONTOR_<NAME>` in the environment.

    `home` holds the data of the embedded servers, keys and logs. `database_url` is the login that
    migrates (it may create roles); the application's own logins are derived from it and from
    `login_password`. Addresses left empty mean the embedded servers described in temporal-dev.yaml;
    without `messages_url` no e-mail and no text message leaves. A file that was sent and that
    nobody attached is deleted after `upload_days`.
    """

    model_config = SettingsConfigDict(env_prefix="KONTOR_", extra="ignore")

    mode: Mode = Mode.SANDBOX
    home: Path = Path(".kontor")
    database_url: str = ""
    login_password: SecretStr = SecretStr("")
    temporal_address: str = ""
    temporal_namespace: str = "kontor"
    task_queue: str = "kontor"
    temporal_ui_url: str = ""
    api_url: str = ""
    bank_url: str = ""
    messages_url: str = ""
    keys: Path | None = None
    seals: Path | None = None
    definitions: Path = ROOT / "config" / "processes"
    crash_at: str = ""
    deliver_twice: bool = False
    upload_days: PositiveInt = 30
    worker_metrics_port: int | None = None

    @property
    def key_folder(self) -> Path:
        """Where the payload, bearer, actor and seal keys live."""
        return self.keys or self.home / "keys"

    @property
    def seal_folder(self) -> Path:
        """Where the heads of seals are kept, out of reach of those who write the database."""
        return self.seals or self.home / "seals"
