"""Signing with SoftHSM2, a PKCS#11 token that others wrote; what it signs is checked by the library's own verifier."""

import os
from dataclasses import replace
from pathlib import Path

import pkcs11
import pytest
from pkcs11 import Attribute, KeyType, ObjectClass

from station.config import default_text, load
from station.config_problems import BadConfig
from station.safekeeping.keys import StationSecret, TokenKey
from station.safekeeping.signing import SignerSilent, new_secret
from station.safekeeping.token import TokenAccess, TokenRefused, TokenSigner, destroy_key, make_key, open_signer
from station.text import Language, Text
from station.wiring import token_access
from tests.helpers.softhsm import MODULE, PIN, SoftToken, soft_token

pytestmark = pytest.mark.services
SEED, KEY_ID = bytes(range(32)), b"station-key-0001"


@pytest.fixture
def token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SoftToken:
    return soft_token(tmp_path, monkeypatch)


@pytest.fixture
def key(token: SoftToken) -> TokenKey:
    return make_key(token.access, "samarinda-1", KEY_ID)


def refusal(access: TokenAccess, key: TokenKey) -> str:
    with pytest.raises(TokenRefused) as refused:
        TokenSigner(access, key, SEED)
    return Text(Language.ENGLISH)(refused.value.message)


def test_the_token_signs_and_both_signatures_verify(token: SoftToken, key: TokenKey) -> None:
    signer = TokenSigner(token.access, key, SEED)
    for number in range(20):
        message = b"bundle %d" % number
        assert signer.public.verifies(message, signer.sign(message))
        assert not signer.public.verifies(b"another", signer.sign(message))
    signer.close()
    assert PIN not in repr(token.access) + repr(signer)


def test_the_private_key_never_leaves_the_token(token: SoftToken, key: TokenKey) -> None:
    session = pkcs11.lib(str(MODULE)).get_token(token_label=token.label).open(user_pin=PIN)
    private = session.get_key(ObjectClass.PRIVATE_KEY, KeyType.EC, id=key.key_id)
    with pytest.raises(pkcs11.AttributeSensitive):
        private[Attribute.VALUE]
    assert (private[Attribute.EXTRACTABLE], private[Attribute.NEVER_EXTRACTABLE], private[Attribute.LOCAL]) == (
        False, True, True,
    )  # fmt: skip
    session.close()


def test_a_wrong_pin_is_said_even_while_another_session_is_logged_in(token: SoftToken, key: TokenKey) -> None:
    wrong = replace(token.access, pin="000000")
    assert "PIN is wrong" in refusal(wrong, key)
    first = TokenSigner(token.access, key, SEED)
    assert "PIN is wrong" in refusal(wrong, key)
    assert "PIN is wrong" in refusal(replace(token.access, pin=""), key)
    first.close()


def test_a_locked_token_is_said(token: SoftToken, key: TokenKey, monkeypatch: pytest.MonkeyPatch) -> None:
    """SoftHSM never locks, so its answer is put in the place of a real token's."""

    def locked(*_arguments: object, **_named: object) -> None:
        raise pkcs11.PinLocked

    monkeypatch.setattr("station.safekeeping.token.pkcs11.lib", locked)
    assert "locked" in refusal(token.access, key)


def test_an_absent_token_a_foreign_one_and_a_missing_program_are_three_sentences(
    token: SoftToken, key: TokenKey, tmp_path: Path
) -> None:
    assert "not plugged in" in refusal(replace(token.access, label="other"), key)
    token.make("spare")
    assert "does not hold" in refusal(replace(token.access, label="spare"), key)
    token.make(token.label)
    assert "Two tokens" in refusal(token.access, key)
    assert "nowhere.so" in refusal(replace(token.access, module=tmp_path / "nowhere.so"), key)


def test_a_token_pulled_out_is_silent_and_signs_again_when_it_is_back(token: SoftToken, key: TokenKey) -> None:
    signer = TokenSigner(token.access, key, SEED)
    token.unplug()
    for _ in range(2):
        with pytest.raises(SignerSilent):
            signer.sign(b"bundle")
    token.plug()
    assert signer.public.verifies(b"bundle", signer.sign(b"bundle"))
    signer.close()


def test_a_token_that_signs_wrongly_is_not_believed(token: SoftToken, key: TokenKey) -> None:
    other = make_key(token.access, "samarinda-1", b"station-key-0002")
    signer = TokenSigner(token.access, replace(key, key_id=other.key_id), SEED)
    with pytest.raises(SignerSilent):
        signer.sign(b"bundle")
    signer.close()


def test_a_retired_key_is_destroyed(token: SoftToken, key: TokenKey) -> None:
    TokenSigner(token.access, key, SEED).close()
    destroy_key(token.access, key)
    assert "does not hold" in refusal(token.access, key)


def test_a_key_is_taken_from_where_the_key_file_says_and_nowhere_else(token: SoftToken, key: TokenKey) -> None:
    in_token = StationSecret("s", SEED, bytes(32), key)
    in_file = StationSecret("s", new_secret(os.urandom), bytes(32))
    for secret, access in ((in_token, None), (in_file, token.access)):
        with pytest.raises(TokenRefused):
            open_signer(secret, access)
    open_signer(in_token, token.access).close()
    assert open_signer(in_file, None).public == in_file.signer().public
    with pytest.raises(ValueError, match="64 bytes"):
        in_token.signer()


def test_a_key_file_beside_a_token_reads_back_as_it_was_written(key: TokenKey) -> None:
    secret = StationSecret("s", SEED, bytes(32), key, (StationSecret("s", bytes([1]) * 64, b"").signer().public,), b"m")
    assert StationSecret.from_value(secret.value()) == secret
    assert secret.memory_key == b"m"


def test_the_settings_name_the_token_whole_or_are_refused(tmp_path: Path) -> None:
    text = default_text()
    (tmp_path / "old.toml").write_text(text[: text.index("[keys]")], encoding="utf-8")
    assert token_access(load(tmp_path / "old.toml").keys) is None
    named = 'store = "pkcs11"\nmodule = "/m.so"\ntoken_label = "samarinda"\n'
    whole = text.replace('store = "file" ', named + "# ")
    (tmp_path / "whole.toml").write_text(whole, encoding="utf-8")
    keys = load(tmp_path / "whole.toml").keys
    assert token_access(keys, "602814") == TokenAccess(Path("/m.so"), "samarinda", "602814")
    with pytest.raises(LookupError):
        token_access(keys)
    (tmp_path / "pin").write_text("602814\n", encoding="ascii")
    (tmp_path / "whole.toml").write_text(
        whole.replace("# pin_file", "pin_file").replace("/etc/ktpel/token.pin", str(tmp_path / "pin")), encoding="utf-8"
    )
    assert token_access(load(tmp_path / "whole.toml").keys) == TokenAccess(Path("/m.so"), "samarinda", "602814")
    (tmp_path / "half.toml").write_text(whole.replace('token_label = "samarinda"\n', ""), encoding="utf-8")
    with pytest.raises(BadConfig) as bad:
        load(tmp_path / "half.toml")
    assert [problem.key for problem in bad.value.problems] == ["keys.token_label"]
