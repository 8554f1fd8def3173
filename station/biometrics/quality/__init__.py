"""Judgements at the counter: a reason in words first, a number second, one correction at a time.

Each measure says where it comes from; none claims conformance to a standard that it only approximates.
"""
