"""The KeyManagement and Crypto interfaces over a ``KeyStore``."""

import secrets
from base64 import b64decode, b64encode
from typing import ClassVar, Literal

from xfs4iot.errors import InvalidData
from xfs4iot.messages import Payload
from xfs4iot.server.commands import Reply, command
from xfs4iot.server.requests import Request
from xfs4iot.server.service import refuse
from xfs4iot.virtual import keys
from xfs4iot.virtual.device import VirtualDevice
from xfs4iot.virtual.key_parameters import (
    CryptoData,
    Digest,
    GenerateKCV,
    GetKeyDetail,
    ImportKey,
    KeyAttributes,
    KeyNamed,
)
from xfs4iot.virtual.keys import Key, KeyStore, WrongUse
from xfs4iot.virtual.world import World

KEY_UNDER_KEY = "K0 K1"
USAGES = {"K0", "K1", "P0", "D0", "D1", "M0", "M1", "M3", "M5", "M6"}


class KeyManager(VirtualDevice):
    """Holds keys. Keys come in enciphered; only the first, the master key, may come in clear."""

    interfaces: ClassVar[tuple[str, ...]] = ("Common", "KeyManagement", "Crypto")
    events: ClassVar[tuple[str, ...]] = (
        *VirtualDevice.events,
        "KeyManagement.InitializedEvent",
        "KeyManagement.IllegalKeyAccessEvent",
    )

    def __init__(self, name: str, world: World) -> None:
        super().__init__(name, world)
        self.store = KeyStore()
        self.entered_part: bytes | None = None
        """The key part that SecureKeyEntry left for ImportKey."""
        self._constructing: dict[str, bytes] = {}

    def status(self) -> dict[str, Payload]:
        state = "ready" if len(self.store) else "initialized"
        own = {"encryptionState": state, "certificateState": "notReady"}
        return super().status() | {"keyManagement": own}

    def capabilities(self) -> dict[str, Payload]:
        block = {"decryptMethod": {"ecb": True, "cbc": True}}
        checks = {"cryptoMethod": {"kcvNone": True, "kcvSelf": True, "kcvZero": True}}
        verify = {"V": checks | {"hashAlgorithm": {"sha256": False}}}
        attributes: Payload = {
            usage: {"T": {"E": {}}, "A": {"E": {}}} for usage in ("P0", "D0", "K0")
        }
        off: dict[str, bool] = {}
        own: Payload = {
            "keyNum": keys.KEYS_MAX,
            "keyCheckModes": {"self": True, "zero": True},
            "rsaAuthenticationScheme": off,
            "rsaSignatureAlgorithm": off,
            "rsaCryptAlgorithm": off,
            "rsaKeyCheckMode": off,
            "signatureScheme": off,
            "emvImportSchemes": off,
            "keyBlockImportFormats": off,
            "keyImportThroughParts": True,
            "desKeyLength": {"single": False, "double": True, "triple": True},
            "certificateTypes": off,
            "loadCertOptions": [],
            "crklLoadOptions": off,
            "symmetricKeyManagementMethods": {"masterKey": True},
            "keyAttributes": attributes,
            "decryptAttributes": {"T": block, "A": block},
            "verifyAttributes": {"M0": {"T": verify, "A": verify}},
        }
        crypto = {
            "emvHashAlgorithm": {"sha1Digest": True, "sha256Digest": True},
            "cryptoAttributes": {
                "D0": {"T": {"E": {"cryptoMethod": {"ecb": True, "cbc": True}}}},
            },
        }
        return super().capabilities() | {"keyManagement": own, "crypto": crypto}

    def power_lost(self) -> None:
        super().power_lost()
        self.entered_part = None
        self._constructing.clear()

    # Keys

    def key(self, name: str, usages: str, modes_of_use: str) -> Key:
        """A key for one of ``usages``. Raises the CommandErrorCode that says why not."""
        found = self.store.get(name)
        if found is None:
            self._illegal(name, "keyNotFound")
            raise refuse("keyNotFound", f"there is no key {name}")
        try:
            found.require(usages, modes_of_use)
        except WrongUse as problem:
            self._illegal(name, "useViolation")
            raise refuse("useViolation", f"{name} is {problem}") from None
        return found

    def _illegal(self, name: str, reason: str) -> None:
        event = {"keyName": name, "errorCode": reason}
        self.broadcast("KeyManagement.IllegalKeyAccessEvent", event)

    @command("KeyManagement.ImportKey", ImportKey)
    async def import_key(self, request: Request, payload: ImportKey) -> Reply:
        attributes = payload.key_attributes
        if attributes is None:
            raise refuse("formatNotSupported", "keyAttributes are needed")
        if attributes.key_usage not in USAGES:
            raise refuse("useViolation", f"usage {attributes.key_usage} is not supported")
        algorithm = self._algorithm(attributes)
        if self.store.get(payload.key) is None and len(self.store) >= keys.KEYS_MAX:
            raise refuse("noKeyRam", f"the device holds {keys.KEYS_MAX} keys")
        value = self._part(payload) if payload.constructing else self._value(payload)
        await self.step(request, "store key")
        if payload.constructing:
            self._constructing[payload.key] = value
            return {"keyLength": len(value) * 8}
        built = Key(value, attributes.key_usage, algorithm, attributes.mode_of_use)
        if len(value) not in keys.LENGTHS[algorithm]:
            raise refuse("invalidKeyLength", f"a key of {len(value) * 8} bits")
        method = payload.verify_attributes.crypto_method if payload.verify_attributes else "kcvZero"
        kind: Literal["kcvSelf", "kcvZero"] = "kcvSelf" if method == "kcvSelf" else "kcvZero"
        if payload.verification_data is not None and method != "kcvNone":
            check = _bytes(payload.verification_data)
            if not check or not secrets.compare_digest(
                built.check_value(kind)[: len(check)], check
            ):
                raise refuse("signatureInvalid", "the check value is that of another key")
        self.store.put(payload.key, built)
        self._constructing.pop(payload.key, None)
        verify = {"keyUsage": "M0", "algorithm": algorithm, "modeOfUse": "V", "cryptoMethod": kind}
        return {
            "verificationData": _base64(built.check_value(kind)),
            "verifyAttributes": verify,
            "keyLength": len(value) * 8,
        }

    def _algorithm(self, attributes: KeyAttributes) -> keys.Algorithm:
        if attributes.algorithm == "T":
            return "T"
        if attributes.algorithm == "A":
            return "A"
        raise refuse("algorithmNotSupported", "keys are Triple DES (T) or AES (A)")

    def _value(self, payload: ImportKey) -> bytes:
        """The key's value, deciphered."""
        if not payload.value:
            if payload.key in self._constructing:  # the last step of building from parts
                return self._constructing[payload.key]
            raise refuse("keyNoValue", "no value is given")
        value = _bytes(payload.value)
        if payload.decrypt_key is None:
            usage = payload.key_attributes.key_usage if payload.key_attributes else ""
            if usage not in KEY_UNDER_KEY.split() or len(self.store):
                raise refuse("accessDenied", "only the first master key may come in clear")
            return value
        wrapping = self.key(payload.decrypt_key, KEY_UNDER_KEY, "BDX")
        iv = bytes(wrapping.block_bytes) if payload.decrypt_method == "cbc" else None
        try:
            return wrapping.decrypt(value, iv)
        except ValueError:
            raise refuse("invalidKeyLength", "the value is not whole blocks") from None

    def _part(self, payload: ImportKey) -> bytes:
        """A part from SecureKeyEntry, added to those before."""
        part, self.entered_part = self.entered_part, None
        if part is None:
            raise refuse("keyNoValue", "no key part has been entered")
        before = self._constructing.get(payload.key, bytes(len(part)))
        if len(before) != len(part):
            raise refuse("invalidKeyLength", "the parts differ in length")
        return bytes(a ^ b for a, b in zip(before, part, strict=True))

    @command("KeyManagement.GetKeyDetail", GetKeyDetail, immediate=True)
    async def get_key_detail(self, _request: Request, payload: GetKeyDetail) -> Reply:
        held = self.store.describe()
        if payload.key_name is not None and payload.key_name not in held:
            raise refuse("keyNotFound", f"there is no key {payload.key_name}")
        details = {
            name: {
                "generation": 0,
                "version": 0,
                "loaded": "yes",
                "keyBlockInfo": {
                    "keyUsage": key.usage,
                    "algorithm": key.algorithm,
                    "modeOfUse": key.mode,
                    "exportability": key.exportability,
                    "keyLength": len(key.value) * 8,
                },
            }
            for name, key in held.items()
            if payload.key_name in {None, name}
        }
        return {"keyDetails": details}

    @command("KeyManagement.GenerateKCV", GenerateKCV)
    async def generate_kcv(self, _request: Request, payload: GenerateKCV) -> Reply:
        key = self.store.get(payload.key)
        if key is None:
            raise refuse("keyNotFound", f"there is no key {payload.key}")
        kind: Literal["kcvSelf", "kcvZero"] = (
            "kcvSelf" if payload.key_check_mode == "self" else "kcvZero"
        )
        return {"kcv": _base64(key.check_value(kind))}

    @command("KeyManagement.DeleteKey", KeyNamed)
    async def delete_key(self, request: Request, payload: KeyNamed) -> Reply:
        if payload.key is not None and self.store.get(payload.key) is None:
            raise refuse("keyNotFound", f"there is no key {payload.key}")
        await self.step(request, "delete key")
        if payload.key is None:
            self.store.clear()
        else:
            self.store.remove(payload.key)
        return None

    @command("KeyManagement.Initialization")
    async def initialization(self, request: Request, _: object) -> Reply:
        await self.step(request, "initialise")
        self.store.clear()
        self._constructing.clear()
        self.broadcast("KeyManagement.InitializedEvent")
        return None

    @command("KeyManagement.Reset")
    async def reset_keys(self, request: Request, _: object) -> Reply:
        await self.step(request, "reset")
        self._constructing.clear()
        self.entered_part = None
        return None

    # Crypto

    @command("Crypto.GenerateRandom")
    async def generate_random(self, _request: Request, _: object) -> Reply:
        return {"randomNumber": _base64(secrets.token_bytes(16))}

    @command("Crypto.Digest", Digest)
    async def digest(self, _request: Request, payload: Digest) -> Reply:
        return {"digest": _base64(keys.digest(payload.hash_algorithm, _bytes(payload.data)))}

    @command("Crypto.CryptoData", CryptoData)
    async def crypto_data(self, request: Request, payload: CryptoData) -> Reply:
        encrypting = payload.mode_of_use == "E"
        key = self.key(payload.key, "D0 D1", "BE" if encrypting else "BD")
        if payload.crypto_method not in {"ecb", "cbc"}:
            raise refuse("cryptoMethodNotSupported", "ecb and cbc are supported")
        data = _bytes(payload.data)
        size = key.block_bytes
        if encrypting:
            data += bytes([payload.padding]) * (-len(data) % size)
        iv = None
        if payload.crypto_method == "cbc":
            iv = _bytes(payload.iv) if payload.iv else bytes(size)
        await self.step(request, "crypto")
        try:
            result = key.encrypt(data, iv) if encrypting else key.decrypt(data, iv)
        except ValueError as problem:
            raise InvalidData(str(problem)) from None
        return {"data": _base64(result)}


def _base64(data: bytes) -> str:
    return b64encode(data).decode()


def _bytes(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except ValueError:
        raise InvalidData("not Base64") from None
