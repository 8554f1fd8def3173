"""The checklist before capture: what must hold before anyone is touched, and the single-use key that capture needs.

Temperatures come from the sensor, never from a keyboard; nothing else in the house can make a Clearance.
"""
