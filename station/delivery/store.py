"""The object store behind one door: any S3-compatible engine. Whatever it answers, only a receipt proves a delivery.

Blocking, one thread at a time; no retries of its own: whoever calls decides when to try again.
"""

import hashlib
import io
import os
import ssl
import stat
import tomllib
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from station.text import Message, msg

if TYPE_CHECKING:
    from boto3.session import Session
    from botocore.response import StreamingBody
    from types_boto3_s3.client import S3Client

CONNECT_S = 10.0
PIECE = 1 << 16
MAX_CREDENTIALS = 4096


class Trouble(Enum):
    """Why the store cannot be used now."""

    OFFLINE = "offline"
    BUSY = "busy"
    REFUSED = "refused"
    CLOCK = "clock"
    CERTIFICATE = "certificate"
    NO_BUCKET = "no_bucket"


SENTENCES: Mapping[Trouble, Message] = {
    Trouble.OFFLINE: msg("The store cannot be reached now. The files wait here and are sent by themselves."),
    Trouble.BUSY: msg("The store is busy. The files wait here and are sent by themselves."),
    Trouble.REFUSED: msg("The store refuses this station's credentials. Call the technician; the files wait here."),
    Trouble.CLOCK: msg("The store refuses because the clock is wrong. Set the date and time; the files wait here."),
    Trouble.CERTIFICATE: msg(
        "The store's certificate does not hold, so nothing was sent. Call the technician; the files wait here."
    ),
    Trouble.NO_BUCKET: msg("The store has no such bucket. Correct the settings; the files wait here."),
}

_CODES: Mapping[str, Trouble] = {
    "RequestTimeTooSkewed": Trouble.CLOCK,
    "NoSuchBucket": Trouble.NO_BUCKET,
    "BadDigest": Trouble.OFFLINE,
    "IncompleteBody": Trouble.OFFLINE,
    "RequestTimeout": Trouble.OFFLINE,
    "SlowDown": Trouble.BUSY,
}
_NOT_THERE = ("NoSuchKey", "404")


class StoreTrouble(Exception):
    """The store cannot be used now; nothing is known of what was asked last."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.value)
        self.trouble = trouble


class BadCredentials(Exception):
    """The credentials file cannot be used; `message` says what to do."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.msgid)
        self.message = message


@dataclass(frozen=True, slots=True, repr=False)
class Credentials:
    """One account of the store."""

    access_key: str
    secret_key: str

    def __repr__(self) -> str:
        return "Credentials(...)"

    @classmethod
    def read(cls, path: Path) -> "Credentials":
        """From a TOML file with access_key and secret_key that nobody else may read; raises BadCredentials."""
        try:
            if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
                raise BadCredentials(
                    msg("Others can read {path}. Make it readable for its owner alone: chmod 600.", path=str(path))
                )
            with path.open("rb") as file:
                table = tomllib.loads(file.read(MAX_CREDENTIALS).decode())
        except OSError as why:
            text = msg("The store's credentials {path} cannot be read. Check the settings.", path=str(path))
            raise BadCredentials(text) from why
        except ValueError:
            table = {}
        access, secret = table.get("access_key"), table.get("secret_key")
        if not (isinstance(access, str) and isinstance(secret, str) and access and secret):
            raise BadCredentials(msg("{path} must hold access_key and secret_key, in quotes.", path=str(path)))
        return cls(access, secret)


@dataclass(frozen=True, slots=True)
class StorePlace:
    """Where the store is. `ca_file` "" trusts the system's authorities."""

    endpoint: str
    bucket: str
    region: str = "default"
    ca_file: str = ""


@dataclass(frozen=True, slots=True)
class Stored:
    """An object in the store, as its list says; `tag` changes when it is put again."""

    key: str
    size: int
    tag: str


Gate = Callable[[int], None]
"""Called before so many bytes are sent: waits as long as the line's share asks for, raises OSError to break off."""


class ObjectStore:
    """One bucket, by one account; every method raises StoreTrouble. A line silent for `silence_s` counts as broken."""

    def __init__(self, place: StorePlace, credentials: Credentials, silence_s: float = 30.0) -> None:
        self._bucket = place.bucket
        self._client = _client(place, credentials, silence_s)

    def put_file(self, key: str, path: Path, md5: bytes, gate: Gate) -> None:
        """Upload a file whole; the store compares `md5`, and so do we with its answer. Raises OSError of the file."""
        with path.open("rb") as file:
            body = _Body(file, path.stat().st_size, gate)
            self._put(key, body, md5)

    def put(self, key: str, data: bytes) -> None:
        """Upload a few bytes."""
        self._put(key, io.BytesIO(data), hashlib.md5(data, usedforsecurity=False).digest())

    def get(self, key: str, limit: int, *, hidden_is_absent: bool = False) -> bytes | None:
        """A small object, None when it is not there; longer ones are cut behind `limit` bytes.

        A store does not tell an account that may not list whether an object is there: `hidden_is_absent` takes its
        refusal for "not there".
        """
        with _told():
            try:
                answer = self._client.get_object(Bucket=self._bucket, Key=key)
            except self._client.exceptions.ClientError as why:
                code = str(why.response.get("Error", {}).get("Code", ""))
                if code in _NOT_THERE or (hidden_is_absent and code == "AccessDenied"):
                    return None
                raise
            with answer["Body"] as body:
                return body.read(limit + 1)

    @contextmanager
    def reading(self, key: str) -> Iterator[BinaryIO]:
        """A stream of an object's bytes; FileNotFoundError when it is gone. What breaks off on the way raises
        StoreTrouble out of the reader's own `read`."""
        with _told():
            try:
                answer = self._client.get_object(Bucket=self._bucket, Key=key)
            except self._client.exceptions.NoSuchKey:
                raise FileNotFoundError(key) from None
        with answer["Body"] as body, io.BufferedReader(_Download(body), PIECE) as stream:
            yield stream

    def names(self, prefix: str, after: str = "") -> Iterator[Stored]:
        """What lies below `prefix`, in the order of its keys, behind the key `after`; a page at a time."""
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=prefix, StartAfter=after
        )
        iterator = iter(pages)
        while True:
            with _told():
                page = next(iterator, None)
            if page is None:
                return
            for one in page.get("Contents", ()):
                yield Stored(one.get("Key", ""), one.get("Size", 0), one.get("ETag", ""))

    def folders(self, prefix: str) -> Iterator[str]:
        """The names directly below `prefix` that hold something."""
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=prefix, Delimiter="/"
        )
        iterator = iter(pages)
        while True:
            with _told():
                page = next(iterator, None)
            if page is None:
                return
            for one in page.get("CommonPrefixes", ()):
                yield one.get("Prefix", "").removeprefix(prefix).rstrip("/")

    def close(self) -> None:
        self._client.close()

    def _put(self, key: str, body: BinaryIO, md5: bytes) -> None:
        with _told():
            answer = self._client.put_object(
                Bucket=self._bucket, Key=key, Body=body, ContentMD5=b64encode(md5).decode()
            )
        if answer.get("ETag", "").strip('"') != md5.hex():
            raise StoreTrouble(Trouble.OFFLINE)


class _Body(io.RawIOBase, BinaryIO):
    """A file on its way; lets `gate` pass on every piece once the request is sent, not while it is signed."""

    def __init__(self, file: BinaryIO, size: int, gate: Gate) -> None:
        self._file, self._size, self._gate = file, size, gate
        self.sending = False

    def __len__(self) -> int:
        return self._size

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(min(size, PIECE) if self.sending and size > 0 else size)
        if self.sending and data:
            self._gate(len(data))
        return data

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()


class _Download(io.RawIOBase):
    """A response's body as a raw stream."""

    def __init__(self, body: "StreamingBody") -> None:
        self._body = body

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # the one buffer BufferedReader hands in
        with _told():
            data = self._body.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


@contextmanager
def _told() -> Iterator[None]:
    """Whatever the client library raises, as the one trouble it means."""
    from botocore.exceptions import (
        BotoCoreError,
        ClientError,
        HTTPClientError,
        IncompleteReadError,
        ResponseStreamingError,
        SSLError,
    )
    from urllib3.exceptions import HTTPError

    try:
        yield
    except SSLError as why:
        raise StoreTrouble(Trouble.CERTIFICATE) from why
    except ClientError as why:
        raise StoreTrouble(_meaning(why.response)) from why
    except (BotoCoreError, HTTPClientError, IncompleteReadError, ResponseStreamingError, HTTPError) as why:
        raise StoreTrouble(Trouble.OFFLINE) from why


def _meaning(response: Mapping[str, object]) -> Trouble:
    error, meta = response.get("Error"), response.get("ResponseMetadata")
    code = str(error.get("Code", "")) if isinstance(error, Mapping) else ""
    status = meta.get("HTTPStatusCode", 0) if isinstance(meta, Mapping) else 0
    if code in _CODES:
        return _CODES[code]
    if isinstance(status, int) and status >= 500:
        return Trouble.BUSY
    return Trouble.REFUSED if status in (400, 401, 403) and code.isalpha() else Trouble.OFFLINE


def _client(place: StorePlace, credentials: Credentials, silence_s: float) -> "S3Client":
    """A client that reads no settings of the machine, tries once, and adds no checksums that older stores refuse."""
    from botocore.config import Config

    settings = Config(
        signature_version="s3v4",
        connect_timeout=min(CONNECT_S, silence_s),
        read_timeout=silence_s,
        retries={"total_max_attempts": 1, "mode": "standard"},
        s3={"addressing_style": "path"},
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        max_pool_connections=2,
    )
    client = _session().client(
        "s3",
        endpoint_url=place.endpoint,
        region_name=place.region,
        aws_access_key_id=credentials.access_key,
        aws_secret_access_key=credentials.secret_key,
        verify=place.ca_file or ssl.get_default_verify_paths().cafile or True,
        config=settings,
    )
    client.meta.events.register("before-send.s3.PutObject", _begin_sending)
    return client


@cache
def _session() -> "Session":
    import boto3
    import botocore.session

    core = botocore.session.Session()
    for name in ("config_file", "credentials_file"):
        core.set_config_variable(name, os.devnull)
    return boto3.Session(botocore_session=core)


def _begin_sending(request: object, **_: object) -> None:
    body = getattr(request, "body", None)
    if isinstance(body, _Body):
        body.sending = True
