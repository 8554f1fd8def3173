"""A key on paper, against the examples of the proquint proposal (arXiv 0901.4016) and against slips of the pen."""

import pytest

from station.safekeeping.paper_key import WORDS, BadWords, _bits, _word, key_of, words_of

KEY = bytes(range(200, 232))
PUBLISHED = {
    "lusab-babad": "127.0.0.1",
    "gutih-tugad": "63.84.220.193",
    "mudof-sakat": "140.98.193.141",
    "haguz-biram": "64.255.6.200",
}


@pytest.mark.parametrize(("words", "address"), list(PUBLISHED.items()))
def test_the_words_are_those_of_the_proposal(words: str, address: str) -> None:
    octets = bytes(int(part) for part in address.split("."))
    halves = [int.from_bytes(octets[:2], "big"), int.from_bytes(octets[2:], "big")]
    assert "-".join(_word(half) for half in halves) == words
    assert [_bits(word, 1) for word in words.split("-")] == halves


def test_a_key_comes_back_from_its_words_in_any_case() -> None:
    words = words_of(KEY)
    assert len(words) == WORDS
    assert key_of(words) == key_of([word.upper() for word in words]) == KEY


def test_a_word_misread_swapped_or_missing_is_noticed() -> None:
    words = list(words_of(KEY))
    for place, word in enumerate(words):
        slipped = [*words[:place], word[:-1] + ("b" if word[-1] != "b" else "d"), *words[place + 1 :]]
        with pytest.raises(BadWords):
            key_of(slipped)
    swapped = [words[1], words[0], *words[2:]]
    for wrong in (words[:-1], [*words, "babab"], swapped):
        with pytest.raises(BadWords):
            key_of(wrong)


def test_a_word_that_is_none_is_named() -> None:
    words = list(words_of(KEY))
    for wrong in ("babe", "babac", "bxbab", "bababa", ""):
        with pytest.raises(BadWords) as bad:
            key_of([*words[:4], wrong, *words[5:]])
        assert bad.value.number == 5
