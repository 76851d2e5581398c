"""Passwords and API keys: where they are read from, and never where they are shown."""

from __future__ import annotations

from pathlib import Path

from syncd.errors import ConfigError, Problem


def can_be_api_key(text: str) -> bool:
    """Whether it can be one: it travels in a header, where only visible ASCII without spaces is safe."""
    return text.isascii() and text.isprintable() and bool(text) and " " not in text


class FixedSecrets:
    """A password, or an API key, that is known already."""

    def __init__(self, password: str) -> None:
        self._password = password

    def password(self) -> str:
        """The password, or the API key."""
        return self._password


class FileSecrets:
    """A password in a file, read anew at each call: a changed file counts from the next log-in on.

    A line break at the end belongs to the editor, not to the password. `key` is the setting that an error
    names; without a file every call raises. `is_api_key`: the file holds an API key in place of a password.
    """

    def __init__(self, path: Path | None, *, key: str, is_api_key: bool = False) -> None:
        self._path = path
        self._key = key
        self._is_api_key = is_api_key
        self._noun = "API key" if is_api_key else "password"

    def password(self) -> str:
        """The password, or the API key. Raises: ConfigError naming the key."""
        if self._path is None:
            raise self._wrong("is missing", f"name a file that holds the {self._noun}")
        try:
            text = self._path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError:
            # No cause is kept: it carries the bytes of the file.
            remedy = f"write the {self._noun} as plain text"
            raise self._wrong(f"{self._path} is not UTF-8 text", remedy) from None
        except FileNotFoundError as error:
            raise self._wrong(f"{self._path} is not there", f"write the {self._noun} into it") from error
        except OSError as error:
            what = f"{self._path} cannot be read: {error.strerror}"
            raise self._wrong(what, "make it readable for the user that runs syncd") from error
        password = text.removesuffix("\n").removesuffix("\r")
        if not password:
            raise self._wrong(f"{self._path} is empty", f"write the {self._noun} into it")
        if self._is_api_key and not can_be_api_key(password):
            what = f"{self._path} holds something that is not an API key"
            raise self._wrong(what, "write the API key alone into it, on one line, without spaces and quotes")
        return password

    def _wrong(self, what: str, remedy: str) -> ConfigError:
        return ConfigError((Problem(key=self._key, what=what, remedy=remedy),))
