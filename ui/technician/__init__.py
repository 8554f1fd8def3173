"""The technician's window: how devices and station are, live, with the tools to find out why.

Loaded when first opened, and its charts when they are first looked at: a counter that records never pays for it.
"""
