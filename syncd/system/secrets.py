"""Passwords: where they are read from, and never where they are shown."""

from __future__ import annotations

from pathlib import Path

from syncd.errors import ConfigError, Problem


class FixedSecrets:
    """A password that is known already."""

    def __init__(self, password: str) -> None:
        self._password = password

    def password(self) -> str:
        """The password."""
        return self._password


class FileSecrets:
    """A password in a file, read anew at each call: a changed file counts from the next log-in on.

    A line break at the end belongs to the editor, not to the password. `key` is the setting that an error
    names; without a file every call raises.
    """

    def __init__(self, path: Path | None, *, key: str) -> None:
        self._path = path
        self._key = key

    def password(self) -> str:
        """The password. Raises: ConfigError naming the key."""
        if self._path is None:
            raise self._wrong("is missing", "name a file that holds the password")
        try:
            text = self._path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            # No cause is kept: it carries the bytes of the file.
            raise self._wrong(f"{self._path} is not UTF-8 text", "write the password as plain text") from None
        except OSError as error:
            what = f"{self._path} cannot be read: {error.strerror}"
            raise self._wrong(what, "make it readable for the user that runs syncd") from error
        password = text.removesuffix("\n").removesuffix("\r")
        if not password:
            raise self._wrong(f"{self._path} is empty", "write the password into it")
        return password

    def _wrong(self, what: str, remedy: str) -> ConfigError:
        return ConfigError((Problem(key=self._key, what=what, remedy=remedy),))
