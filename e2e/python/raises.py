"""A call that has to fail: with which exception, and in which words."""
import re


def expect(kind, call, pattern=""):
    try:
        call()
    except kind as error:
        assert re.search(pattern, str(error)), error
        return
    raise SystemExit(f"expected {kind.__name__} {pattern}")
