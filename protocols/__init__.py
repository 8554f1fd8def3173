"""Bytes to meaning and back, for one device each; both directions, host's and device's.

Pure: standard library only, no I/O, no clock, no thread, no log.
"""
