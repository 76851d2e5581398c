"""The same loop in plain Python with a Session of requests: `loop.py URL INBOX`.

One connection, kept. What it does not do: sync anything, survive a crash without a double or a loss,
keep names apart, keep to the limit.
"""

from __future__ import annotations

import io
import sys
import zipfile
from pathlib import Path
from urllib.parse import quote

import requests


def _loop(url: str, inbox: Path) -> None:
    with requests.Session() as session:
        login = {"username": "email@domain.com", "password": "pazzword"}
        session.headers["Authorization"] = session.post(f"{url}/authorize", json=login).json()["token"]
        unread = f"{url}/message/received?unreadOnly=true&pageLength=100"
        while records := session.get(unread).json()["records"]:
            for record in records:
                _take(session, f"{url}/message/received/{quote(record['as2MessageId'], safe='')}", inbox)


def _take(session: requests.Session, message: str, inbox: Path) -> None:
    fetched = session.get(f"{message}/attachments/all")
    fetched.raise_for_status()
    with zipfile.ZipFile(io.BytesIO(fetched.content)) as archive:
        for name in archive.namelist():
            (inbox / Path(name).name).write_bytes(archive.read(name))
    session.get(f"{message}?markAsRead=true").raise_for_status()


if __name__ == "__main__":
    _loop(sys.argv[1], Path(sys.argv[2]))
