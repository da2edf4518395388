"""Bearer tokens of the sandbox's cast, as files that only their owner reads."""

import os
import time
from collections.abc import Mapping
from pathlib import Path

from domain.access import token
from domain.access.token import Bearer
from sandbox.tenant import CAST, Tenant

VALID_SECONDS = 12 * 60 * 60


def issue(
    bearer_private: bytes, folder: Path, *, tenant: Tenant | None = None, now: int | None = None
) -> Mapping[str, Path]:
    """A fresh token for each of the cast in `folder`, valid for 12 hours; the files by name.

    `now` is Unix time. A file is replaced as a whole, so whoever reads it meets a whole token.
    """
    tenant = tenant or Tenant()
    issued_at = int(time.time()) if now is None else now
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return {
        name: written(
            folder / name,
            token.issue(
                bearer_private,
                Bearer(tenant.id, tenant.user(name)),
                issued_at=issued_at,
                seconds=VALID_SECONDS,
            ),
        )
        for name in CAST
    }


def written(file: Path, content: str) -> Path:
    """The file with this content, readable by its owner alone."""
    fresh = file.with_name(f".{file.name}.{os.getpid()}")
    fresh.unlink(missing_ok=True)
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
        opened.write(content)
    fresh.rename(file)
    return file
