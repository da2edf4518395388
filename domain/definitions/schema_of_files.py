"""The JSON Schema of definition files themselves, so that editors complete and check them.

What only the proof sees (stages that cannot be reached, journals that do not balance) it cannot
say. It speaks of YAML as editors read it: a text that looks like a number stands in quotes.
"""

from typing import Any, Final

from domain.definitions.model import Definition
from domain.definitions.schema import DIALECT

ID: Final = "urn:kontor:definition"
TITLE: Final = "Kontor process definition"


def schema_of_definitions() -> dict[str, Any]:
    """JSON Schema 2020-12 of one definition file."""
    schema = Definition.model_json_schema(by_alias=True)
    # A template's postings are a list of lines, or a block of text with one in each line.
    template = schema["$defs"]["JournalTemplate"]["properties"]
    lines = template["postings"]
    template["postings"] = {
        "title": lines.pop("title"),
        "anyOf": [lines, {"type": "string", "minLength": 1}],
    }
    # One word stands for a list of one.
    told = schema["$defs"]["Notification"]["properties"]
    told["to"] = {"title": told["to"].pop("title"), "anyOf": [told["to"], told["to"]["items"]]}
    close(schema)
    described = {"title": TITLE, "description": str(Definition.__doc__).split("\n\n")[0].strip()}
    return {"$schema": DIALECT, "$id": ID} | schema | described


def close(schema: Any) -> None:
    """Allow no other names than those that match: the pattern alone would only describe them."""
    if isinstance(schema, dict):
        if "patternProperties" in schema:
            schema["additionalProperties"] = False
        for part in schema.values():
            close(part)
    elif isinstance(schema, list):
        for part in schema:
            close(part)
