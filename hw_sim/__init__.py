"""The devices' other end: simulated hardware on pseudo-terminals that obeys the datasheets.

Imports protocols and nothing else of ours; the product reaches it by port or address, as it would hardware.
"""
