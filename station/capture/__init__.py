"""The recording session: a transition table, the best of several tries, exceptions, and every accepted capture sealed.

Main thread only, but for the device jobs it hands to their workers; nothing is captured without a Permit.
"""
