"""A definition as YAML that means it: where no source was kept, somebody may begin with this."""

from io import StringIO

from ruamel.yaml import YAML

from domain.definitions.difference import plain
from domain.definitions.model import Definition


def text_of(definition: Definition) -> str:
    """The YAML. Read again it has the same hash; comments and alignment are gone."""
    yaml = YAML(typ="rt", pure=True)
    yaml.default_flow_style = False
    yaml.width = 100
    yaml.representer.ignore_aliases = lambda data: True
    out = StringIO()
    yaml.dump(plain(definition), out)
    return out.getvalue()
