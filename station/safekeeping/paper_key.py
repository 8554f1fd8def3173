"""A 32-byte key as seventeen pronounceable words for paper, and back.

Each word is a proquint (arXiv 0901.4016): 16 bits as consonant, vowel, consonant, vowel, consonant, easy to read aloud
in Indonesian. The last word is a checksum, so that a misread word is noticed.
"""

import hashlib
from collections.abc import Sequence

CONSONANTS, VOWELS = "bdfghjklmnprstvz", "aiou"
KEY_SIZE, WORDS = 32, 17
_DOMAIN = b"ktpb/1/paper\0"


class BadWords(ValueError):
    """These are not the words of a key; `number`, from 1, is the first bad one, None when all look right."""

    def __init__(self, number: int | None) -> None:
        super().__init__("not the words of a key")
        self.number = number


def words_of(key: bytes) -> tuple[str, ...]:
    """Sixteen words of the key and one of its checksum."""
    if len(key) != KEY_SIZE:
        raise ValueError("a key for paper has 32 bytes")
    data = key + _checksum(key)
    return tuple(_word(int.from_bytes(data[at : at + 2], "big")) for at in range(0, len(data), 2))


def key_of(words: Sequence[str]) -> bytes:
    """The key, from words in any case; raises BadWords."""
    if len(words) != WORDS:
        raise BadWords(None)
    data = b"".join(_bits(word.lower(), number).to_bytes(2, "big") for number, word in enumerate(words, 1))
    key, checksum = data[:KEY_SIZE], data[KEY_SIZE:]
    if checksum != _checksum(key):
        raise BadWords(None)
    return key


def _checksum(key: bytes) -> bytes:
    return hashlib.sha256(_DOMAIN + key).digest()[:2]


def _word(bits: int) -> str:
    first, second, third, fourth, fifth = bits >> 12, bits >> 10 & 3, bits >> 6 & 15, bits >> 4 & 3, bits & 15
    return CONSONANTS[first] + VOWELS[second] + CONSONANTS[third] + VOWELS[fourth] + CONSONANTS[fifth]


def _bits(word: str, number: int) -> int:
    bits = 0
    for letter, alphabet, width in zip(word, (CONSONANTS, VOWELS) * 3, (4, 2) * 3, strict=False):
        place = alphabet.find(letter)
        if place < 0:
            raise BadWords(number)
        bits = bits << width | place
    if len(word) != 5:
        raise BadWords(number)
    return bits
