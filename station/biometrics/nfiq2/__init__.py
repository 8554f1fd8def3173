"""An approximation of NFIQ 2.3, NIST's reference for ISO/IEC 29794-4: 0..100, how useful an impression is for matching.

Every feature that NIST computes from the image is computed alike; only the four that need its minutiae library are
estimated. So the score is close but not NIST's: never store it with NIST's CBEFF identifiers.
"""
