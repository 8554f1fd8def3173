"""What leaves memory leaves it sealed: plaintext biometrics, names and NIKs never touch a disk.

The room holds no key that could open what it sealed; it signs, encrypts to the authority, and remembers only metadata.
"""
