"""Loops compiled to machine code, with their types kept for the reader and the type checker."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """Return `function` compiled at its first call and kept on disk beside its module.

    A compiled function calls only compiled functions of its own file: what is kept on disk is
    renewed when that file changes, and not when another does.
    """
    compile_it = numba.njit(cache=True, nogil=True, error_model="numpy")
    return cast(Function, compile_it(function))
