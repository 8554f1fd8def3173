"""What leaves the station of a body, in the interchange formats of ISO/IEC 19794 and ANSI/NIST-ITL.

Writers are exact and readers are strict: what the reader does not understand whole is a BadRecord, never a guess.
"""
