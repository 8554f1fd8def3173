"""The authority's side: verify, then open. A station never imports this room, and holds no key that it could use here.

Signatures are checked before anything is decrypted, and nothing is published before everything has been checked.
"""

from station.receiver.authority import load_receipt_key, load_recipient, load_trust
from station.receiver.inspecting import Inspection, inspect
from station.receiver.opening import Completeness, OpenedCase, OpenReport, open_bundles
from station.receiver.verifying import BundleReport, ChainFault, ChainFinding, Rejection, VerifyReport, verify

__all__ = [
    "BundleReport",
    "ChainFault",
    "ChainFinding",
    "Completeness",
    "Inspection",
    "OpenReport",
    "OpenedCase",
    "Rejection",
    "VerifyReport",
    "inspect",
    "load_receipt_key",
    "load_recipient",
    "load_trust",
    "open_bundles",
    "verify",
]
