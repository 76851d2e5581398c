"""Drives a sandbox over HTTP, in the words of its document."""

import io
import ssl
import zipfile
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import httpx

from syncd.sandbox import Sandbox

CONTEXT = ssl.create_default_context(cafile=None)
"""One for all clients: making it takes longer than a test."""
SEND = "/message/RJ_Station/RJ_Partner"
NAMED = {"Name": "a.edi", "Content-Type": "application/edi-x12"}


class Driver:
    """A logged-in client that judges nothing."""

    def __init__(self, box: Sandbox, username: str = "email@domain.com", password: str = "pazzword") -> None:
        self.box = box
        self.http = httpx.Client(base_url=box.url, timeout=5, verify=CONTEXT)
        answer = self.http.post("/authorize", json={"username": username, "password": password})
        self.http.headers["Authorization"] = answer.json()["token"]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.http.close()

    def get(self, path: str, **parameters: str | int) -> httpx.Response:
        return self.http.get(path, params=parameters or None)

    def post(self, path: str, **parameters: str) -> httpx.Response:
        return self.http.post(path, params=parameters or None)

    def delete(self, path: str, ids: list[str] | None = None) -> httpx.Response:
        return self.http.request("DELETE", path, json=ids)

    def send(self, name: str = "a.edi", content: bytes = b"UNA", **parameters: str) -> str:
        """Send one file and give the id, without brackets."""
        headers = {"Name": name, "Content-Type": "application/edi-x12"}
        answer = self.http.post(SEND, content=content, headers=headers, params=parameters or None)
        assert answer.status_code == 202, answer.text
        return answer.headers["Link"].rpartition("/")[2].strip("<>")

    def send_to(self, partner: str, **parameters: str) -> httpx.Response:
        return self.http.post(
            f"/message/RJ_Station/{partner}", content=b"x", headers=NAMED, params=parameters
        )

    def page(self, place: str, **parameters: str | int) -> Any:  # noqa: ANN401 - JSON
        answer = self.get(f"/message/{place}", **parameters)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def listed(self, place: str, **parameters: str | int) -> list[dict[str, Any]]:
        records = self.page(place, **parameters)["records"]
        assert isinstance(records, list)
        return records

    def ids(self, place: str, **parameters: str | int) -> list[str]:
        """Give the ids of a list's page, without brackets."""
        return [record["as2MessageId"].strip("<>") for record in self.listed(place, **parameters)]

    def batch(self, *ids: str, **parameters: str) -> httpx.Response:
        return self.http.post(
            "/message/received/batch/attachments", json=list(ids), params=parameters or None
        )


def path_of(place: str, message_id: str, rest: str = "") -> str:
    """Write the path of a message, its id percent-encoded."""
    return f"/message/{place}/{quote(message_id, safe='')}{rest}"


def entries(answer: httpx.Response) -> list[tuple[str, bytes]]:
    """Read an archive, names that stand in it twice included."""
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        return [(entry.filename, archive.read(entry)) for entry in archive.infolist()]
