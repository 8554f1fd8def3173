"""A station's P-256 key in a PKCS#11 token: made there and never exported.

Tokens do not do ML-DSA-65, so that half stays in the station's encrypted key file; both must sign. A token that is
absent or refuses is said, and nothing falls back to a key in a file.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import pkcs11
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key
from pkcs11 import Attribute, KeyType, Mechanism, ObjectClass, Session
from pkcs11.types import SignMixin
from pkcs11.util.ec import encode_ec_public_key, encode_named_curve_parameters

from station.safekeeping.keys import StationSecret, TokenKey
from station.safekeeping.signing import MLDSA_CONTEXT, Signatures, Signer, SignerSilent, VerifyKey, low_s
from station.text import Message, msg


@dataclass(frozen=True, slots=True, repr=False)
class TokenAccess:
    """Where the token is and its PIN: the maker's PKCS#11 module, the token's label."""

    module: Path
    label: str
    pin: str

    def __repr__(self) -> str:
        return f"TokenAccess({self.label!r})"


class TokenRefused(Exception):
    """The token cannot be used; `message` says what to do."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.msgid)
        self.message = message


def make_key(access: TokenAccess, name: str, key_id: bytes) -> TokenKey:
    """A new P-256 key in the token, sensitive and not extractable, found again by `key_id`; raises TokenRefused."""
    session = _open(access, writing=True)
    try:
        curve = {Attribute.EC_PARAMS: encode_named_curve_parameters("secp256r1")}
        public, _private = session.create_domain_parameters(KeyType.EC, curve, local=True).generate_keypair(
            id=key_id,
            label=name,
            store=True,
            private_template={Attribute.SENSITIVE: True, Attribute.EXTRACTABLE: False, Attribute.PRIVATE: True},
        )
        key = load_der_public_key(encode_ec_public_key(public))
    except pkcs11.PKCS11Error as why:
        raise TokenRefused(msg("The token makes no key. Check that it has room and can do P-256.")) from why
    finally:
        session.close()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    return TokenKey(key_id, key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))


def destroy_key(access: TokenAccess, key: TokenKey) -> None:
    """Take a retired key out of the token; raises TokenRefused."""
    session = _open(access, writing=True)
    try:
        for found in list(session.get_objects({Attribute.ID: key.key_id})):
            found.destroy()
    except pkcs11.PKCS11Error as why:
        raise TokenRefused(msg("The token does not delete the old key. Delete it with the maker's program.")) from why
    finally:
        session.close()


def open_signer(secret: StationSecret, access: TokenAccess | None) -> Signer:
    """What signs for this station, from where its key file says the key is and nowhere else; raises TokenRefused."""
    if secret.token is None:
        if access is not None:
            raise TokenRefused(msg("The settings name a token, but this station's key is a file. "
                                   "Set the keys' store to file, or change the keys."))  # fmt: skip
        return secret.signer()
    if access is None:
        raise TokenRefused(msg("This station's signing key is in a token. Name the token in the settings."))
    return TokenSigner(access, secret.token, secret.signing)


class TokenSigner:
    """Signs with the token's P-256 and the file's ML-DSA-65. One thread at a time.

    A token pulled out makes `sign` raise SignerSilent; put back, the next call opens it again.
    """

    def __init__(self, access: TokenAccess, key: TokenKey, mldsa_seed: bytes) -> None:
        self._access, self._key = access, key
        self._mldsa = MLDSA65PrivateKey.from_seed_bytes(mldsa_seed)
        self.public = VerifyKey(key.point, self._mldsa.public_key().public_bytes_raw())
        self._session: Session | None = None
        self._private: SignMixin | None = None
        self._take()

    def sign(self, message: bytes) -> Signatures:
        try:
            raw = self._take().sign(hashlib.sha256(message).digest(), mechanism=Mechanism.ECDSA)
        except (pkcs11.PKCS11Error, TokenRefused) as why:
            self.close()
            raise SignerSilent from why
        signatures = Signatures(low_s(raw), self._mldsa.sign(message, MLDSA_CONTEXT))
        if not self.public.verifies(message, signatures):
            raise SignerSilent
        return signatures

    def close(self) -> None:
        """Log out of the token; a later `sign` logs in again."""
        session, self._session, self._private = self._session, None, None
        if session is not None:
            try:
                session.close()
            except pkcs11.PKCS11Error:
                return  # a token that was pulled out has closed its sessions

    def _take(self) -> SignMixin:
        if self._private is None:
            self._session = _open(self._access)
            try:
                found = self._session.get_key(ObjectClass.PRIVATE_KEY, KeyType.EC, id=self._key.key_id)
            except pkcs11.PKCS11Error as why:
                self.close()
                raise TokenRefused(
                    msg("This token does not hold this station's key. Put the station's own token in.")
                ) from why
            assert isinstance(found, SignMixin)
            self._private = found
        return self._private

    def __repr__(self) -> str:
        return "TokenSigner(...)"


def _open(access: TokenAccess, *, writing: bool = False) -> Session:
    """A session with the PIN checked. The module is started anew when it does not see the token, which may have come
    later, and when it is logged in already, because it would then not look at the PIN."""
    try:
        library = pkcs11.lib(str(access.module))
        try:
            return library.get_token(token_label=access.label).open(rw=writing, user_pin=access.pin)
        except (pkcs11.PinIncorrect, pkcs11.PinLocked):
            raise
        except pkcs11.PKCS11Error:
            library.reinitialize()
            return library.get_token(token_label=access.label).open(rw=writing, user_pin=access.pin)
    except pkcs11.PKCS11Error as why:
        raise TokenRefused(_refusal(why, access)) from why


def _refusal(why: pkcs11.PKCS11Error, access: TokenAccess) -> Message:
    match why:
        case pkcs11.PinLocked():
            return msg("The token is locked after too many wrong PINs. Its keeper unlocks it.")
        case pkcs11.PinIncorrect() | pkcs11.PinInvalid() | pkcs11.PinLenRange() | pkcs11.ArgumentsBad():
            return msg("The token's PIN is wrong. Correct it: after a few wrong ones the token locks.")
        case pkcs11.NoSuchToken() | pkcs11.TokenNotPresent() | pkcs11.DeviceRemoved() | pkcs11.SlotIDInvalid():
            return msg("The token {label} is not plugged in. Plug it in and start again.", label=access.label)
        case pkcs11.MultipleTokensReturned():
            return msg("Two tokens are called {label}. Take the other one out.", label=access.label)
        case _:
            return msg("The token's program {path} cannot be used. Install it, or correct its path in the settings.",
                       path=str(access.module))  # fmt: skip
