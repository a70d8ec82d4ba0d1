"""Shapes that several areas of the API share: what is taken in is bounded, so that nothing beyond a column's or a calendar's end gets further."""
import datetime as dt
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import ConfigDict, Field

from .cursors import MOST

Day = Annotated[dt.date, Field(ge=dt.date(2000, 1, 1), le=dt.date(2199, 12, 31), description="A day, from 2000 to 2199.")]
Sen = Annotated[int, Field(gt=0, lt=10**12, description="Money in sen.")]
Code = Annotated[str, Field(max_length=60)]
Words = Annotated[str, Field(max_length=2000)]
Line = Annotated[str, Field(max_length=300)]
Place = Annotated[int, Field(ge=0, le=99, description="Of whom, by his place in the sheet; none: of the household.")]
Cursor = Annotated[str, Field(max_length=400, description="`next` of the page before; empty: from the beginning.")]
Most = Annotated[int, Field(ge=1, le=MOST, description="Rows a page.")]
Channel = Literal["sms", "email", "letter", "phone", "counter", "visit"]
Pay = Literal["once", "daily", "monthly", "yearly", "in_kind"]
Both = dict[str, str]


class Body(Schema):
    """What an operation takes. An unknown field is refused: a misspelt one would be lost in silence."""

    model_config = ConfigDict(extra="forbid")


class FactOut(Schema):
    """One fact as it is sent, in words of both languages; `member`: whose, by place in the household; none: of the household."""

    member: int | None
    fact: str
    label: Both
    value: Both
    sensitive: bool
    raw: Any = None


def ringgit_to_sen(amount: Any) -> int | None:
    """A Decimal of ringgit in sen."""
    return None if amount is None else int(amount * 100)
