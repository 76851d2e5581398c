"""The options by which commands choose messages, with one wording for all of them."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from syncd.core.model import Direction, State

OfDirection = Annotated[Direction | None, Parameter(help="Only what came in, or goes out.")]
OfStates = Annotated[
    tuple[State, ...], Parameter(help="Only these states; may be repeated.", show_default=False)
]
OfStation = Annotated[str | None, Parameter(help="Only this station.")]
OfPartner = Annotated[str | None, Parameter(help="Only this partner.")]
Since = Annotated[str | None, Parameter(help="A time, or how long ago: 2h, 7d.")]
OfName = Annotated[str | None, Parameter(help="A pattern of file names, in quotes.")]
