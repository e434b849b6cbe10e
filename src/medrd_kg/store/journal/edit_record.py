"""What the journal keeps of an accepted edit: its effect, and when, on what and by whom."""

import hashlib
import json
import struct
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self

__all__ = ["EditRecord", "author_fingerprint"]

_HEAD_LENGTH: Final = struct.Struct("<I")
_FINGERPRINT_BYTES: Final = 8
_PERSON: Final = b"medrd-kg author"


def author_fingerprint(token: str) -> str:
    """Return what tells two tokens apart without telling either, as 16 hexadecimal digits.

    Tokens have at least 24 characters, so the digest does not give them away.
    """
    return hashlib.blake2b(
        token.encode(), digest_size=_FINGERPRINT_BYTES, person=_PERSON
    ).hexdigest()


@dataclass(frozen=True, slots=True)
class EditRecord:
    """One accepted edit: a small JSON head, then the bytes of its effect.

    Attributes:
        accepted: When it was accepted, with its offset from UTC.
        release: Version of the release that was served.
        role: Role of the caller, such as ``editor``.
        author: Fingerprint of the caller's token, never the token.
        request: Digest of the request's body.
        delta: The encoded effect; opaque here.
    """

    accepted: datetime
    release: str
    role: str
    author: str
    request: str
    delta: bytes

    def encode(self) -> bytes:
        """Return the record as the journal keeps it.

        Raises:
            ValueError: The time has no offset from UTC.
        """
        if self.accepted.tzinfo is None:
            raise ValueError("the time of an edit has an offset from UTC")
        head = json.dumps(
            {
                "accepted": self.accepted.isoformat(),
                "release": self.release,
                "role": self.role,
                "author": self.author,
                "request": self.request,
            },
            ensure_ascii=False,
            separators=(",", ":"),
        ).encode()
        return b"".join((_HEAD_LENGTH.pack(len(head)), head, self.delta))

    @classmethod
    def decode(cls, record: bytes) -> Self:
        """Read a record.

        Members of the head that are not known here are passed over.

        Raises:
            ValueError: These bytes are no edit record.
        """
        try:
            (length,) = _HEAD_LENGTH.unpack_from(record)
            end = _HEAD_LENGTH.size + length
            head = json.loads(record[_HEAD_LENGTH.size : end])
            return cls(
                accepted=datetime.fromisoformat(head["accepted"]),
                release=str(head["release"]),
                role=str(head["role"]),
                author=str(head["author"]),
                request=str(head["request"]),
                delta=record[end:],
            )
        except (struct.error, KeyError, TypeError, ValueError) as error:
            raise ValueError(f"these bytes are no edit record: {error}") from error
