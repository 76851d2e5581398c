"""Where the vendor's pages can be read in more than one way, each way is a switch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Self

from syncd.sandbox.readings import changed, readings_of, turned


@dataclass(frozen=True, slots=True, kw_only=True)
class ECGridSwitches:
    """One reading of ECGrid REST v2; the default of each switch is the first reading named here.

    profile           shapes and names: those of the `reference`; of the `guide` (fromECGridId, size,
                      receivedDate, lists as objects); of the `backend` (parcelBytes, codes as M2400, no ids)
    download_marks    a download changes `nothing`, and a confirmation makes InBoxTransferred; or makes it
                      `transferred`, still pending, and a confirmation InBoxArchived; or `removes` the parcel
                      from the pending list at once (DeleteOnDownload)
    outbound_download the content of a parcel that was sent is `served`, or `refused` (404)
    confirm_again     a second confirmation gives `true`, `false`, or a `fault`
    paging            pageNo and recordsPerPage are `honoured`, or `ignored` (each page is the whole list), or
                      pages have the server's `own` length of 25
    order             lists have the `oldest` first, or the `newest`, or are `shuffled`, always in one way
    errors            an error is the vendor page's `envelope`, or has the `reference`'s errorCode, or is a
                      `problem` (RFC 7807), or comes as 200 with success false (`ok`; 401 and 429 stay)
    login_names       auth/login takes `any` of username, login, email and apiKey, or one name for the user:
                      `username`, `login`, `email`
    login_reply       the access token is called `accessToken`, or `token`
    rotation          a refresh ends the old tokens (`rotate`), or gives an access token only (`keep`)
    sizes             listed bytes are `exact`, or some more than the content has (`wrapped`)
    ids               on rows of parcels ECGrid ids are `present`, or `zero`, or `absent`
    status_case       status words are written as `documented`, or in `lower` case
    dates             a time has whole `seconds` and Z, or a `fraction` of seven digits, or no Z (`bare`)
    base64_escapes    content is `plain` in its JSON, or + and / are `escaped`
    upload_status     an upload is answered `200`, or `201`
    unroutable        without a known receiver: accepted, a status tells `later`; or `error`: 400, and the
                      parcel exists nevertheless
    settles_by        the uploaded `parcel` goes on to outboxAcknowledged; or it ends as processed, and its
                      `interchanges` go on
    rate_reset        X-RateLimit-Reset is in `seconds` from now, or an `epoch`, or the three headers
                      are missing (`none`)
    """

    profile: Literal["reference", "guide", "backend"] = "reference"
    download_marks: Literal["nothing", "transferred", "removes"] = "nothing"
    outbound_download: Literal["served", "refused"] = "served"
    confirm_again: Literal["true", "false", "fault"] = "true"
    paging: Literal["honoured", "ignored", "own"] = "honoured"
    order: Literal["oldest", "newest", "shuffled"] = "oldest"
    errors: Literal["envelope", "reference", "problem", "ok"] = "envelope"
    login_names: Literal["any", "username", "login", "email"] = "any"
    login_reply: Literal["accessToken", "token"] = "accessToken"
    rotation: Literal["rotate", "keep"] = "rotate"
    sizes: Literal["exact", "wrapped"] = "exact"
    ids: Literal["present", "zero", "absent"] = "present"
    status_case: Literal["documented", "lower"] = "documented"
    dates: Literal["seconds", "fraction", "bare"] = "seconds"
    base64_escapes: Literal["plain", "escaped"] = "plain"
    upload_status: Literal["200", "201"] = "200"
    unroutable: Literal["later", "error"] = "later"
    settles_by: Literal["parcel", "interchanges"] = "parcel"
    rate_reset: Literal["seconds", "epoch", "none"] = "seconds"

    @classmethod
    def readings(cls) -> dict[str, tuple[str, ...]]:
        """Give the readings of each switch, the default first."""
        return readings_of(cls)

    @classmethod
    def every_reading(cls) -> tuple[Self, ...]:
        """Give one set of switches for each reading that is not a default."""
        turned: list[Self] = []
        for name, readings in cls.readings().items():
            turned += [cls().changed(**{name: reading}) for reading in readings[1:]]
        return tuple(turned)

    def changed(self, **readings: str) -> Self:
        """Give the switches with some turned.

        Raises: ValueError for a switch or a reading that does not exist.
        """
        return changed(self, readings)

    @property
    def turned(self) -> str:
        """Name what differs from the default, for the id of a test."""
        return turned(self)
