"""The words of reports in each language of their readers, as config has them."""

from pathlib import Path

from domain.definitions.fields import Name, Strict
from domain.definitions.fields import Words as Written

LANGUAGES = ("en", "hi")


class Text(Strict):
    """One text in every language."""

    en: Written
    hi: Written

    def read(self, language: str) -> str:
        """The text for readers of a language."""
        return str(getattr(self, language))


class Words(Strict):
    """`config/statements/words.yaml`."""

    words: dict[Name, Text]

    def say(self, word: str, language: str, **values: object) -> str:
        """A word, with its values filled in."""
        return self.words[word].read(language).format(**values)


FILE = Path("words.yaml")
