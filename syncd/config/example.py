"""The example file, generated from the keys' own descriptions: `python -m syncd.config.example`."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from syncd.config.gateways import GATEWAYS
from syncd.config.tables import TABLES, AccountTable, File, PartnerTable

_HEAD = """\
# An example of a configuration for syncd, with every key there is.
#
# It is read from --config, $SYNCD_CONFIG, ~/.config/syncd/syncd.toml or /etc/syncd/syncd.toml: the first
# one that is there. Each key outside [[…partners]] can be overridden by a variable of the environment,
# like SYNCD_LOG_LEVEL or SYNCD_ACCOUNTS__ACME__URL. Durations: "30s", "5m", "2h", "7d", "2y", or seconds;
# 1 MB is 1,000,000 bytes, 1 MiB is 1,048,576. Lines that start with #key show the default, or an example
# where there is none.
"""
_LIVE: dict[type[BaseModel], set[str]] = {
    AccountTable: {"username", "password_file"},
    PartnerTable: {"station", "partner"},
}


def example() -> str:
    """The text of config/syncd.example.toml."""
    return (
        "\n".join(
            [
                _HEAD,
                *_keys(File),
                *(line for name, table in TABLES.items() for line in _table(name, table)),
                "# An account: one login at one gateway. Its name is yours to choose.",
                "[accounts.acme]",
                *_keys(AccountTable),
                "# What is special about one pair; as many of these tables as you need, or none.",
                "[[accounts.acme.partners]]",
                *_keys(PartnerTable),
            ]
        ).rstrip()
        + "\n"
    )


_ABOUT = {
    "retention": "How long what is settled is kept: a duration, or never. Nothing is removed unless set; "
    "once set, the daemon removes by itself, every day: `syncd prune` shows first what goes.",
    "web": "The status page, for a browser: how everything stands, and what a person may do about it; and "
    "/healthz, /readyz and /metrics for machines.",
    "hooks": "Your own commands, run after the fact, at least once each. The same keys may stand in "
    "[accounts.NAME.hooks], and in [accounts.NAME.partners.hooks] below a partners table: the narrower wins, "
    "key by key; [] is no command.",
    "notices": "Who is told when something is wrong, and when it is right again. Nobody is, unless "
    "one of the first three is set.",
}


def _table(name: str, model: type[BaseModel]) -> Iterator[str]:
    yield from _remark(_ABOUT[name])
    yield f"[{name}]"
    yield from _keys(model)


def _remark(text: str) -> list[str]:
    return textwrap.wrap(text, 100, initial_indent="# ", subsequent_indent="# ", break_long_words=False)


def _keys(model: type[BaseModel]) -> Iterator[str]:
    for name, field in model.model_fields.items():
        if name in {"accounts", "partners", *TABLES}:
            continue
        is_live = field.is_required() or name in _LIVE.get(model, ())
        yield from _remark(f"{field.description}{_whose(name)}")
        yield f"{'' if is_live else '#'}{name} = {_value(field, is_live=is_live)}"
        yield ""


def _whose(name: str) -> str:
    """Which gateway alone has the key, or another default."""
    owners = [gateway for gateway, own in GATEWAYS.items() if name not in {*own.lacks, *own.pair_lacks}]
    if len(owners) < len(GATEWAYS):
        return f" ({', '.join(owners)} only)"
    others = {gateway: own.defaults[name] for gateway, own in GATEWAYS.items() if name in own.defaults}
    said = ", ".join(f"{gateway}: {json.dumps(value)}" for gateway, value in others.items())
    return f" ({said})" if said else ""


def _value(field: FieldInfo, *, is_live: bool) -> str:
    """JSON's texts, numbers, truths and lists are TOML's too."""
    shown = field.examples[0] if field.examples else None
    default = None if is_live else field.default
    return json.dumps(shown if default is None else default, ensure_ascii=False)


if __name__ == "__main__":
    print(example(), end="")  # noqa: T201 - that is what it is run for
