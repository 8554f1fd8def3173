"""Where sealed bundles are delivered to, how fast, and how long they are kept afterwards."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from station.config_table import Table

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Delivery(Table):
    """The object store. Without an endpoint nothing is uploaded: bundles wait, or leave on a stick.

    `keep_days` counts from the authority's receipt; `resend_hours` after which a bundle without receipt goes again.
    """

    endpoint: Annotated[str, Field(max_length=200)] = ""
    bucket: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]{1,62}$")] = "ktpel"
    region: Annotated[str, Field(min_length=1, max_length=40)] = "default"
    credentials_file: Annotated[str, Field(max_length=400)] = ""
    ca_file: Annotated[str, Field(max_length=400)] = ""
    bandwidth_kbit_s: Annotated[int, Field(ge=0, le=10_000_000)] = 0
    keep_days: Annotated[int, Field(ge=0, le=3650)] = 30
    resend_hours: Annotated[float, Field(ge=1, le=720)] = 24.0

    @field_validator("endpoint")
    @classmethod
    def _encrypted(cls, text: str) -> str:
        if text:
            address = urlsplit(text)
            local = address.scheme == "http" and address.hostname in _LOOPBACK
            if not address.hostname or not (address.scheme == "https" or local):
                raise PydanticCustomError("endpoint", "endpoint")
        return text
