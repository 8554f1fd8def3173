"""The domain: checklist, capture, quality, registry, safekeeping, delivery. No Qt, no serial.

Only wiring names concrete drivers; everything else sees drivers.api.
"""
