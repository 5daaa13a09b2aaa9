"""A passkey in software: what a telephone does, without the telephone. ES256, attestation "none".

WebAuthn, https://www.w3.org/TR/webauthn-3/: sections 6.1 (authenticator data) and 6.5 (attestation).
"""

from __future__ import annotations

import hashlib
import json
import os
import struct
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2 import cbor
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


class Phone:
    """One device with one key. `verifies`: whether it asks its owner for finger, face or PIN."""

    def __init__(self, *, origin: str = "http://localhost", verifies: bool = True) -> None:
        self.origin, self.verifies = origin, verifies
        self.secret = ec.generate_private_key(ec.SECP256R1())
        self.id = os.urandom(32)
        self.owner = b""

    def create(self, options: dict[str, Any]) -> dict[str, Any]:
        wish = options["publicKey"]
        self.rp, self.owner = wish["rp"]["id"], websafe_decode(wish["user"]["id"])
        key = cbor.encode(ES256.from_cryptography_key(self.secret.public_key()))  # type: ignore[no-untyped-call]  # so in fido2
        attested = bytes(16) + struct.pack(">H", len(self.id)) + self.id + key
        data = self._data(ATTESTED) + attested
        attestation = cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})
        answer = {"attestationObject": attestation, "clientDataJSON": self._client("webauthn.create", wish)}
        return self._credential(answer) | {"clientExtensionResults": {"credProps": {"rk": True}}}

    def get(self, options: dict[str, Any]) -> dict[str, Any]:
        wish = options["publicKey"]
        data, client = self._data(), self._client("webauthn.get", wish)
        signature = self.secret.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._credential(
            {"authenticatorData": data, "clientDataJSON": client, "signature": signature, "userHandle": self.owner}
        )

    def _data(self, flags: int = 0) -> bytes:
        flags |= PRESENT | (VERIFIED if self.verifies else 0)
        return hashlib.sha256(self.rp.encode()).digest() + struct.pack(">BI", flags, 0)

    def _client(self, kind: str, wish: dict[str, Any]) -> bytes:
        return json.dumps({"type": kind, "challenge": wish["challenge"], "origin": self.origin}).encode()

    def _credential(self, answer: dict[str, bytes]) -> dict[str, Any]:
        name = websafe_encode(self.id)
        return {
            "id": name,
            "rawId": name,
            "type": "public-key",
            "response": {part: websafe_encode(value) for part, value in answer.items()},
            "clientExtensionResults": {},
        }
