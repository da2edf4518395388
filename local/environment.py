"""The KONTOR_ variables a stack gives its members; config/settings.py tells what each means."""

from collections.abc import Mapping
from pathlib import Path

from config.settings import Settings
from local.home import secret
from local.ports import HOST, Ports
from local.postgres import Postgres
from local.temporal import Temporal

DATABASE_URL = "KONTOR_DATABASE_URL"
TEMPORAL_ADDRESS = "KONTOR_TEMPORAL_ADDRESS"
TEMPORAL_NAMESPACE = "KONTOR_TEMPORAL_NAMESPACE"
BANK_URL = "KONTOR_BANK_URL"
MESSAGES_URL = "KONTOR_MESSAGES_URL"
API_URL = "KONTOR_API_URL"


def given(environment: Mapping[str, str]) -> dict[str, str]:
    """The settings of Kontor among a process's variables; an empty one counts as not given."""
    return {
        name: value for name, value in environment.items() if name.startswith("KONTOR_") and value
    }


def complete(
    settings: Mapping[str, str],
    *,
    home: Path,
    ports: Ports,
    postgres: Postgres,
    temporal: Temporal,
) -> dict[str, str]:
    """What was given, and for the rest our own servers, their addresses and secrets."""
    ours = {
        "KONTOR_HOME": str(home),
        "KONTOR_TASK_QUEUE": str(Settings.model_fields["task_queue"].default),
        TEMPORAL_NAMESPACE: temporal.section.namespace,
        API_URL: f"http://{HOST}:{ports.api}",
        BANK_URL: f"http://{HOST}:{ports.bank}",
        MESSAGES_URL: f"http://{HOST}:{ports.messages}",
    }
    if DATABASE_URL not in settings:
        ours[DATABASE_URL] = postgres.url()
        ours["KONTOR_LOGIN_PASSWORD"] = secret(home / "keys" / "login-password")
    if TEMPORAL_ADDRESS not in settings:
        ours[TEMPORAL_ADDRESS] = temporal.address
        ours["KONTOR_TEMPORAL_UI_URL"] = temporal.ui_url
    return {**ours, **settings, "KONTOR_HOME": str(home)}
