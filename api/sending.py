"""Files that the caller sent and that a document of hers names. What is the edge's, it reads."""

from typing import Any
from uuid import UUID

from api.caller import Caller
from api.edge import Edge
from domain.definitions.model import Definition
from domain.documents import field_files, uploads
from domain.documents.field_files import Content
from domain.documents.uploads import Upload


def with_files(
    edge: Edge, caller: Caller, definition: Definition, content: Content, before: Content
) -> dict[str, Any]:
    """The document as it will be stored, with nothing attached. Raises what is wrong of files."""

    def look(id: UUID) -> Upload:
        with edge.keeping(caller.tenant) as connection:
            return uploads.look(connection, id, caller.actor.user)

    return field_files.tried(definition, content, look, before)
