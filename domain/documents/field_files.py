"""Files that are values of fields: an upload becomes part of the document, with its digest.

What is stored is what was seen: the digest is part of the content that approvals are bound to.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from domain import identifiers
from domain.access.actor import Actor
from domain.definitions.faults_of_input import FieldError, InputErrors
from domain.definitions.fields import FileField, RowsField
from domain.definitions.model import Definition
from domain.documents import attachments, media, uploads
from domain.documents.places import Place, places
from domain.documents.uploads import Upload
from domain.identifiers import ATTACHMENT, UPLOAD, new_uuid, written
from domain.refusal import Refusal

Content = Mapping[str, Any]
# The upload of an id, if it is hers who acts.
Look = Callable[[UUID], Upload]
# Says which attachment an upload is from now on.
Keep = Callable[[Upload, FileField], str]


def bound(
    connection: Connection,
    definition: Definition,
    content: Content,
    actor: Actor,
    *,
    tenant: UUID,
    process: UUID,
    before: Content,
) -> dict[str, Any]:
    """The document with each upload attached to its process, in this transaction."""
    place = {"tenant": tenant, "process": process}

    def keep(upload: Upload, field: FileField) -> str:
        id, _ = attachments.attach(connection, actor, place, upload=upload.id, title=field.label)
        return written(ATTACHMENT, id)

    def look(id: UUID) -> Upload:
        return uploads.look(connection, id, actor.user)

    return settled(definition, content, before, look=look, keep=keep)


def tried(definition: Definition, content: Content, look: Look, before: Content) -> dict[str, Any]:
    """The same with nothing attached, for those who only want to know."""
    return settled(
        definition, content, before, look=look, keep=lambda *_: written(ATTACHMENT, new_uuid())
    )


def settled(
    definition: Definition, content: Content, before: Content, *, look: Look, keep: Keep
) -> dict[str, Any]:
    """The document with uploads as what they are. Raises InputErrors with every file's fault."""
    stands = [place.value for place in places(definition, before, FileField)]
    given = list(places(definition, content, FileField))
    if not given:
        return dict(content)
    found: dict[str, Upload] = {}
    errors: list[FieldError] = []
    for place in given:
        try:
            if isinstance(place.value, str):
                found[place.value] = look(identifiers.read(UPLOAD, place.value))
                errors += unfit(place, found[place.value])
            else:
                check_stands(place.value, stands)
        except Refusal as refusal:
            errors.append(FieldError(place.at, "upload_must_exist", refusal.message))
    if errors:
        raise InputErrors(errors, code=errors[0].code)
    return replaced(definition, content, lambda id, field: value(found[id], field, keep))


def check_stands(value: Any, stands: Collection[Any]) -> None:
    """A file that is no upload stood in the document before, as it is."""
    if value not in stands:
        raise Refusal(
            "upload_must_exist",
            "No such file stands in the document. Send it to /v1/uploads and give its id.",
        )


def unfit(place: Place[FileField], upload: Upload) -> Iterator[FieldError]:
    """Whether it is of a type and a size that the field takes."""
    field = place.field
    if field.media and upload.media_type not in field.media:
        detail = f"{upload.name} is {upload.media_type}. Send one of: {', '.join(field.media)}."
        yield FieldError(place.at, "file_must_be_of_media_type", detail, field.media)
    if upload.size > media.bytes_of(field.max_size):
        detail = f"{upload.name} has {upload.size:,} bytes; {field.max_size} are allowed."
        yield FieldError(place.at, "file_must_not_be_too_large", detail)


def value(upload: Upload, field: FileField, keep: Keep) -> dict[str, Any]:
    """What stands in the document: which attachment it is, and what its bytes are."""
    return {
        "document": keep(upload, field),
        "name": upload.name,
        "media_type": upload.media_type,
        "size": upload.size,
        "sha256": upload.sha256,
    }


def replaced(
    definition: Definition, content: Content, of: Callable[[str, FileField], Any]
) -> dict[str, Any]:
    """The document with another value where the id of an upload stands."""

    def within(fields: Mapping[str, Any], values: Content) -> dict[str, Any]:
        found = dict(values)
        for name, field in fields.items():
            if isinstance(field, FileField) and isinstance(found.get(name), str):
                found[name] = of(found[name], field)
            elif isinstance(field, RowsField) and found.get(name):
                found[name] = [within(field.fields, row) for row in found[name]]
        return found

    return within(definition.fields, content)
