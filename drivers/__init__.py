"""One device each, blocking, used by one thread at a time; the only room that knows pyserial and video capture.

No Qt, no sessions, nothing about people: a driver returns images, points and degrees.
"""
