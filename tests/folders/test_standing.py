"""Whether what was published still stands in the inbox."""

import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from syncd.core.model import File, Message, Place
from syncd.folders.reach import Reach
from syncd.folders.standing import stands
from tests.contracts.stores import NOON, inbound

PLACE = Place("inbox/ACME/WALMART/invoice.edi")


def test_a_file_stands_until_it_is_taken_or_another_takes_its_name(tmp_path: Path) -> None:
    """Known by size and time: a younger file of its name is not it; nor is a folder or a link."""
    reach = Reach(tmp_path, dir_mode=0o770, file_mode=0o660)
    file = File(name="invoice.edi", size=3, place=PLACE)
    message: Message = replace(inbound(), files=(file,), settled_at=NOON)

    def put(content: bytes, *, later: timedelta) -> None:
        path = tmp_path / PLACE
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        at = (NOON + later).timestamp()
        os.utime(path, (at, at))

    assert not stands(reach, message)
    put(b"ISA", later=timedelta())
    assert stands(reach, message)
    put(b"ISA", later=timedelta(hours=1))
    assert not stands(reach, message)
    put(b"UNA+", later=timedelta())
    assert not stands(reach, message)
    (tmp_path / PLACE).unlink()
    (tmp_path / PLACE).symlink_to("/etc/hostname")
    assert not stands(reach, message)
    assert not stands(reach, replace(message, files=(replace(file, place=None),)))
