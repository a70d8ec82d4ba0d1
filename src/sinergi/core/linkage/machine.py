"""Machine code where it can be had: numba compiles the inner loops once and keeps them on disk; without it the same functions run as they are.

The cache lies where NUMBA_CACHE_DIR says (the launcher names a folder of the checkout). NUMBA_DISABLE_JIT=1 keeps to plain Python.
"""
from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

Function = TypeVar("Function", bound=Callable[..., Any])


def plainly(function: Function) -> Function:
    """The function as it is."""
    return function


Compiler = Callable[[Any], Any]


def chosen() -> tuple[Compiler, Compiler, Compiler, Any]:
    """(compiler of a function, of one written out where it is called, of a loop over pairs, the range of such a loop), by numba or plainly.

    Who takes all records as an argument is written out: handing twenty arrays over costs as much as comparing two numbers."""
    try:
        import numba
    except ImportError:
        return plainly, plainly, plainly, range
    return (cast(Any, numba.njit(cache=True)), cast(Any, numba.njit(cache=True, inline="always")),
            cast(Any, numba.njit(cache=True, parallel=True, nogil=True)), numba.prange)


compiled, inlined, in_parallel, spread = chosen()
