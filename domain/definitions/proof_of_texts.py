"""The texts of notifications: found, kept with the definition, and proven with file and line.

Built-in texts serve every type, so they name no field. What a definition writes about a
notification pins the texts of it: a process sends what was released with its definition.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from domain.definitions.example_of_message import example_of
from domain.definitions.mistakes import Located, Mistake
from domain.definitions.model import Definition
from domain.definitions.notification import BUILT_IN, CHANNELS, Notification, completed
from domain.definitions.source import Source
from domain.definitions.templates import DEFAULT_LANGUAGE, NAMES, Fault, Known, faults
from domain.definitions.vocabulary import TemplateFile

Templates = Mapping[str, TemplateFile]
SUFFIX = ".j2"


def installed(folder: Path) -> dict[str, TemplateFile]:
    """Every text below a folder: `en/approved.email`, `hi/payment/paid.sms`."""
    return {
        str(file.relative_to(folder)).removesuffix(SUFFIX): TemplateFile(
            str(file), file.read_text(encoding="utf-8")
        )
        for file in sorted(folder.rglob(f"*{SUFFIX}"))
    }


def languages(templates: Templates) -> list[str]:
    """The languages that have texts, the default one first."""
    found = {key.split("/")[0] for key in templates} | {DEFAULT_LANGUAGE}
    return sorted(found, key=lambda each: (each != DEFAULT_LANGUAGE, each))


def text_file(
    templates: Templates, process: str, name: str, language: str, channel: str
) -> TemplateFile | None:
    """The type's own text, or the one for all."""
    own = f"{language}/{process}/{name}.{channel}"
    return templates.get(own) or templates.get(f"{language}/{name}.{channel}")


def with_texts(definition: Definition, templates: Templates) -> Definition:
    """The definition with the texts of what it writes about notifications."""
    written = {
        name: each if each.off else pinned(definition.process, name, each, templates)
        for name, each in definition.notifications.items()
    }
    if not written:
        return definition
    return definition.model_copy(update={"notifications": written})


def pinned(process: str, name: str, written: Notification, templates: Templates) -> Notification:
    """A notification with its texts. What the definition says itself comes first."""
    texts = dict(written.texts)
    for language in languages(templates):
        for channel in completed(name, written).channels:
            wanted = written.template or name
            found = text_file(templates, process, wanted, language, channel)
            if found:
                texts.setdefault(f"{language}/{channel}", found.text)
    return written.model_copy(update={"texts": dict(sorted(texts.items()))})


def faults_of_texts(
    source: Source, definition: Definition, templates: Templates
) -> Iterator[Located]:
    """Every mistake of the texts of a definition, in the file in which each stands."""
    known, example = known_of(definition), example_of(definition)
    for name, written in definition.notifications.items():
        if written.off:
            continue
        yield from map(source.located, lacking(definition.process, name, written))
        for key, text in written.texts.items():
            language, channel = key.split("/")
            values = example(language) if example else None
            file = text_file(
                templates, definition.process, written.template or name, language, channel
            )
            for fault in faults(text, channel, known, values):
                if file and file.text == text:
                    yield located(file, fault)
                else:
                    path = ("notifications", name, "texts", key, fault.line - 1)
                    yield source.located(Mistake(path, fault.what, fault.cure))


def lacking(process: str, name: str, written: Notification) -> Iterator[Mistake]:
    """Channels without a text in the default language."""
    for channel in completed(name, written).channels:
        if f"{DEFAULT_LANGUAGE}/{channel}" not in written.texts:
            file = f"{DEFAULT_LANGUAGE}/{process}/{written.template or name}.{channel}{SUFFIX}"
            what = f"{name!r} has no text for the channel {channel}"
            cure = f"Write config/notifications/{file}"
            yield Mistake(("notifications", name, "channels"), what, cure)


def faults_of_built_in(templates: Templates) -> Iterator[Located]:
    """Mistakes of the texts that serve every type, and file names that no channel has."""
    values: dict[str, Any] = {name: name for name in NAMES}
    for key, file in templates.items():
        _, *own, last = key.split("/")
        name, _, channel = last.partition(".")
        if channel not in CHANNELS:
            what = f"{channel!r} is no channel"
            cure = f"Name the file {name}.CHANNEL{SUFFIX}, by one of {', '.join(CHANNELS)}"
            yield Located(file.file, 1, 1, what, cure)
        elif not own and name in BUILT_IN:
            for fault in faults(file.text, channel, Known(), values):
                yield located(file, fault)


def known_of(definition: Definition) -> Known:
    """What texts may name of a type."""
    return Known(frozenset(definition.fields), frozenset(definition.totals))


def located(file: TemplateFile, fault: Fault) -> Located:
    """A mistake in a file of its own."""
    return Located(file.file, fault.line, fault.column, fault.what, fault.cure)
