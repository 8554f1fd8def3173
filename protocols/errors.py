"""Two exceptions, named by blame."""


class ProtocolError(ValueError):
    """Bytes or values that the protocol does not allow."""


class BadFrame(ProtocolError):
    """They garbled: received bytes are not what the manual describes."""


class BadCommand(ProtocolError):
    """We did: a value asked to be sent does not fit the frame."""
