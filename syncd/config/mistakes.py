"""What pydantic found, in the words of the user's own file; a refused value is never repeated."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from syncd.config.commands import HooksTable
from syncd.config.sources import Key, Merged, nearest
from syncd.config.tables import TABLES, AccountTable, File, PartnerTable
from syncd.errors import Problem

_WORDS = {
    "string_type": ("is not text", "Write it in quotes"),
    "bool_type": ("is neither true nor false", "Write true or false"),
    "bool_parsing": ("is neither true nor false", "Write true or false"),
    "int_type": ("is not a whole number", "Write it without quotes"),
    "int_parsing": ("is not a whole number", "Write digits"),
    "int_from_float": ("is not a whole number", "Write it without a point"),
    "tuple_type": ("is not a list", "Write it in brackets"),
    "list_type": ("is not a list", "Write it in brackets"),
    "dict_type": ("is not a table", "Write it as a table of its own, in brackets"),
    "model_type": ("is not a table", "Write it as a table of its own, in brackets"),
}


def mistakes(error: ValidationError, merged: Merged) -> Iterator[Problem]:
    """Each mistake with the key as it was written."""
    for details in error.errors(include_url=False, include_input=False):
        yield _problem(details, merged)


def _problem(details: ErrorDetails, merged: Merged) -> Problem:
    key: Key = tuple(part for part in details["loc"] if part != "[key]")
    context = details.get("ctx", {})
    written = merged.written(key)
    match details["type"]:
        case "syncd":
            return Problem(key=written, what=context["what"], remedy=context["remedy"])
        case "missing":
            return Problem(key=written, what="is missing", remedy=f"Write {_example(key)}")
        case "extra_forbidden":
            return _unknown(key, written)
        case "literal_error" | "enum":
            return Problem(key=written, what="is none of the choices", remedy=f"Write {context['expected']}")
        case "greater_than_equal" | "less_than_equal":
            limit = context.get("ge", context.get("le"))
            word = "less" if "ge" in context else "more"
            return Problem(key=written, what=f"is {word} than {limit}", remedy=f"Write {limit}")
        case kind:
            what, remedy = _WORDS.get(kind, (details["msg"], ""))
            return Problem(key=written, what=what, remedy=remedy)


def _table_of(key: Key) -> type[BaseModel]:
    if "hooks" in key[:-1]:
        return HooksTable
    if "partners" in key[2:]:
        return PartnerTable
    if key[0] in TABLES and len(key) > 1:
        return TABLES[str(key[0])]
    return AccountTable if key[0] == "accounts" and len(key) > 2 else File


def _example(key: Key) -> str:
    field = _table_of(key).model_fields[str(key[-1])]
    example = field.examples[0] if field.examples else ""
    return f'{key[-1]} = "{example}"'


def _unknown(key: Key, written: str) -> Problem:
    meant = nearest(str(key[-1]), list(_table_of(key).model_fields))
    remedy = f"Did you mean {meant}?" if meant else "Remove it; config/syncd.example.toml has all keys"
    return Problem(key=written, what="is the name of no setting", remedy=remedy)
