"""Drives an ECGrid sandbox over HTTP, in the words of its document."""

import base64
from types import TracebackType
from typing import Any, Self

import httpx

from syncd.sandbox import ECGridSandbox
from tests.sandbox.driver import CONTEXT

KEY = "YOUR_API_KEY"
USER = "your.user@example.com"
PASSWORD = "YOUR_PASSWORD"
LOG_IN = {"username": USER, "password": PASSWORD}


class ECGridDriver:
    """A client with a key that judges nothing."""

    def __init__(self, box: ECGridSandbox, key: str | None = KEY) -> None:
        self.box = box
        headers = {"X-API-Key": key} if key else {}
        self.http = httpx.Client(base_url=box.url, timeout=5, verify=CONTEXT, headers=headers)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.http.close()

    def get(self, path: str) -> httpx.Response:
        return self.http.get(path)

    def post(self, path: str, **fields: object) -> httpx.Response:
        return self.http.post(path, json=fields)

    def got(self, path: str) -> Any:  # noqa: ANN401 - JSON
        return good(self.get(path))

    def posted(self, path: str, **fields: object) -> Any:  # noqa: ANN401 - JSON
        return good(self.post(path, **fields))

    def log_in(self, **fields: object) -> Any:  # noqa: ANN401 - JSON
        """Log in, and go on with the access token instead of the key."""
        tokens = self.posted("/auth/login", **(fields or LOG_IN))
        self.bear(tokens.get("accessToken") or tokens.get("token"))
        return tokens

    def bear(self, token: str) -> None:
        """Use this access token from now on."""
        self.http.headers.pop("X-API-Key", None)
        self.http.headers["Authorization"] = f"Bearer {token}"

    def pending(self, **fields: object) -> list[str]:
        return ids(self.posted("/parcels/pending-inbox-list", **fields))

    def inbox(self, **fields: object) -> list[str]:
        return ids(self.posted("/parcels/inbox-list", **fields))

    def outbox(self, **fields: object) -> list[dict[str, Any]]:
        return rows(self.posted("/parcels/outbox-list", **fields))

    def parcel(self, parcel_id: str) -> Any:  # noqa: ANN401 - JSON
        return self.got(f"/parcels/{parcel_id}")

    def status(self, parcel_id: str) -> str:
        """Give a status in the form of any profile."""
        status = self.parcel(parcel_id)["status"]
        return str(status["code"] if isinstance(status, dict) else status)

    def content(self, parcel_id: str) -> bytes:
        return base64.b64decode(self.posted("/parcels/download", parcelId=int(parcel_id))["content"])

    def confirm(self, parcel_id: str) -> Any:  # noqa: ANN401 - JSON
        return self.posted("/parcels/confirm", parcelId=int(parcel_id))

    def try_upload(self, name: str = "a.edi", content: bytes = b"UNA", **fields: object) -> httpx.Response:
        wire = base64.b64encode(content).decode()
        given = {"fileName": name, "content": wire, "bytes": len(content)}
        return self.post(
            "/parcels/upload", **{"ecGridIdFrom": 112233, "ecGridIdTo": 445566, **given, **fields}
        )

    def upload(self, name: str = "a.edi", content: bytes = b"UNA", **fields: object) -> str:
        """Send one file and give the id, in whatever form it comes."""
        told = good(self.try_upload(name, content, **fields))
        return str(told["parcelId"] if isinstance(told, dict) else told)


def good(answer: httpx.Response) -> Any:  # noqa: ANN401 - JSON
    """Give the data of an answer that says success."""
    envelope = answer.json()
    assert envelope["success"], answer.text
    return envelope["data"]


def rows(listed: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - JSON
    """Find the rows in whatever shape a list comes."""
    if isinstance(listed, dict):
        listed = next(one for one in listed.values() if isinstance(one, list))
    assert isinstance(listed, list)
    return listed


def ids(listed: Any) -> list[str]:  # noqa: ANN401 - JSON
    """Give the ids of the parcels in a list."""
    return [str(row.get("parcelId") or row["parcelID"]) for row in rows(listed)]
