"""Keys are made once, and only their owner reads them."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from config import keys
from config.settings import Settings


def test_keys_are_made_once_whoever_comes_first(tmp_path: Path):
    settings = Settings(home=tmp_path)
    with ThreadPoolExecutor(16) as threads:
        made = set(threads.map(lambda _: keys.load(settings), range(32)))
    assert len(made) == 1


def test_only_the_owner_reads_a_key(tmp_path: Path):
    settings = Settings(home=tmp_path)
    keys.load(settings)
    for file in settings.key_folder.iterdir():
        assert file.stat().st_mode & 0o077 == 0, file.name
    assert settings.key_folder.stat().st_mode & 0o077 == 0
