"""log Γ and its slopes, as SymPy computes them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np


def _slope(order: int, x: float) -> float:
    from sympy import polygamma  # only where it is asked for

    return float(polygamma(order, x))


LGAMMA: Any = np.vectorize(math.lgamma, otypes=[float])
DIGAMMA: Any = np.vectorize(lambda x: _slope(0, x), otypes=[float])
TRIGAMMA: Any = np.vectorize(lambda x: _slope(1, x), otypes=[float])
