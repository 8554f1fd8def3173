"""Facts about devices and station as data: the command line prints them, the window shows them.

Nothing here asks a device or a disk; what was found is handed in, and comes back as sentences and one report.
"""
