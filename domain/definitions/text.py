"""A definition as YAML that means it: where no source was kept, somebody may begin with this."""

from yaml import CSafeDumper, dump

from domain.definitions.difference import plain
from domain.definitions.model import Definition


class Plain(CSafeDumper):
    """Writes out what stands twice."""

    def ignore_aliases(self, data: object) -> bool:
        """Never an anchor."""
        return True


def text_of(definition: Definition) -> str:
    """The YAML. Read again it has the same hash; comments and alignment are gone."""
    text: str = dump(
        plain(definition), Dumper=Plain, sort_keys=False, allow_unicode=True, width=100
    )
    return text
