"""What follows from a definition alone is worked out once for each definition."""

from collections.abc import Callable
from functools import update_wrapper
from typing import Concatenate, ParamSpec, TypeVar

from domain.definitions.model import Definition

Rest = ParamSpec("Rest")
Result = TypeVar("Result")


def remembered(
    function: Callable[Concatenate[Definition, Rest], Result],
) -> Callable[Concatenate[Definition, Rest], Result]:
    """The function, which is asked once for the same arguments. They have to be hashable."""

    def once(definition: Definition, /, *rest: Rest.args, **named: Rest.kwargs) -> Result:
        key = (function, *rest, *named.items())
        if key not in definition.memory:
            definition.memory[key] = function(definition, *rest, **named)
        found: Result = definition.memory[key]
        return found

    update_wrapper(once, function)
    return once
