"""What a table of keys is made of."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


def key(text: str, *, default: Any = None, example: Any = None) -> Any:  # noqa: ANN401 - as pydantic's Field
    """A key that may be left out."""
    return Field(default=default, description=text, examples=[example], validate_default=default is not None)


def needed(text: str, *, example: object) -> Any:  # noqa: ANN401 - as pydantic's Field
    """A key without which nothing works."""
    return Field(description=text, examples=[example])


class Table(BaseModel):
    """A table of the file: nothing else may stand in it."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)
