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


def chosen() -> tuple[Callable[[Function], Function], Callable[[Function], Function], Any]:
    """(compiler of one function, compiler of a loop over pairs, the range of such a loop), by numba or plainly."""
    try:
        import numba
    except ImportError:
        return plainly, plainly, range
    return cast(Any, numba.njit(cache=True)), cast(Any, numba.njit(cache=True, parallel=True, nogil=True)), numba.prange


compiled, in_parallel, spread = chosen()
