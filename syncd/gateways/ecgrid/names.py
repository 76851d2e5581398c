"""The names of everything that goes over the wire, in one place: a correction changes this file alone.

What is sent has one name each. What comes has all the names that any of the vendor's pages uses, the
likeliest first; upper and lower case do not count there.
"""

from __future__ import annotations

# What is sent: log-in (Getting Started, Authentication; the reference pages have the other two).
LOGIN_NAMES = ("username", "login", "email")
PASSWORD = "password"  # noqa: S105 - a name
REFRESH = "refreshToken"

# What is sent: paging, times, ids.
PAGE = "pageNo"
PAGE_LENGTH = "recordsPerPage"
BEGIN = "beginDate"
END = "endDate"
PARCEL = "parcelId"
MAILBOX = "mailboxId"
NETWORK = "networkId"
SENDER = "ecGridIdFrom"
RECEIVER = "ecGridIdTo"
FILE = "fileName"
CONTENT = "content"
BYTES = "bytes"
STATUS = "status"
MAILBAG = "mailbagControlId"

# What comes: log-in.
ACCESS_TOKENS = ("accessToken", "token", "access_token", "sessionKey")
REFRESH_TOKENS = ("refreshToken", "refresh_token")
EXPIRIES = ("expiresAt", "expires")

# What comes: the envelope, and errors in all their forms.
PAYLOAD = "data"
SUCCESS = "success"
TRACES = ("traceId",)
ERROR_CODES = ("errorCode",)
ERROR_INFOS = ("errorInfo",)
INFO_CODES = ("errorCode", "code")
INFO_WORDS = ("errorMessage", "message", "errorString")
HTTP_STATUSES = ("httpStatus", "status")
MESSAGES = ("message",)
TITLES = ("title",)
DETAILS = ("detail",)
TOTALS = ("totalRecords", "totalCount", "total")
ROWS = ("parcelIDInfoList", "parcels", "interchanges", "records", "items")

# What comes: parcels.
PARCELS = ("parcelId",)
FILES = ("fileName",)
SIZES = ("bytes", "parcelBytes", "size", "actualBytes")
TIMES = ("created", "createdOn", "receivedDate", "parcelDate")
SENDERS = ("ecGridIdFrom", "fromECGridId")
RECEIVERS = ("ecGridIdTo", "toECGridId")
MAILBOXES = ("mailboxId",)
NETWORKS = ("networkId",)
STATUSES = ("status",)
STATUS_CODES = ("statusCode", "code")
STATUS_WORDS = ("statusMessage", "statusDescription", "description", "message")
CONTENTS = ("content", "contentBase64")

# What comes: interchanges and ids.
INTERCHANGES = ("interchangeId",)
INTERCHANGE_LISTS = ("interchanges",)
DOCUMENT_TYPES = ("documentType",)
ECGRID_IDS = ("ecGridId",)
QUALIFIERS = ("qualifier",)
IDS = ("id",)
DESCRIPTIONS = ("description", "name")
LOGINS = ("login", "loginName")
