"""Generated examples are the same in every run and under any load; `python -m tests.fuzz` looks for new ones."""

from hypothesis import settings

settings.register_profile("suite", deadline=None, derandomize=True)
settings.load_profile("suite")
