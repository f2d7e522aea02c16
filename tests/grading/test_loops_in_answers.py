"""Loops of code that fill an array, entry by entry, row by row, or in a list; what only some passes do is not read."""

from __future__ import annotations

import textwrap

import pytest

from matgrad_cli.grading.check import Key, check_text

KEY = """
[[problem]]
id = "line"
loss = "norm(A@u - c)**2"
wrt = "u"
shapes = "A: m×n, u: n, c: m"

[[problem]]
id = "curved"
loss = "norm(A@u - c)**2"
wrt = "u"
shapes = "A: m×n, u: n, c: m"
order = 2

[[problem]]
id = "clipped"
loss = "sum(where(abs(A@u - c) <= h, (A@u - c)**2/2, h*(abs(A@u - c) - h/2)))"
wrt = "u"
shapes = "A: m×n, u: n, c: m, h: scalar"
assume = "h positive"

[[problem]]
id = "factors"
loss = "norm(P - F@G.T, 'fro')**2"
wrt = "F"
shapes = "P: m×n, F: m×k, G: n×k"

[[problem]]
id = "map"
loss = "S@v"
wrt = "v"
shapes = "S: n×n, v: n"
"""
RIGHT = [
    ("line", "g = np.zeros(n)\nfor j in range(n):\n    g[j] = 2 * np.sum((A @ u - c) * A[:, j])\nreturn g"),
    ("line", "g = np.empty(n)\nfor j in range(n):\n    g[j] = 2 * A[:, j].dot(A @ u - c)\nreturn g"),
    ("line", "g = np.zeros(n)\nfor j in range(n):\n    for i in range(m):\n"
             "        g[j] += 2 * (A[i] @ u - c[i]) * A[i, j]\nreturn g"),
    ("line", "g = np.zeros_like(u)\nfor i in range(m):\n    r = A[i] @ u - c[i]\n    for j in range(n):\n"
             "        g[j] += 2 * r * A[i][j]\nreturn g"),
    ("line", "g = np.zeros(n)\nfor i in range(m):\n    at = 0\n    for k in range(n):\n        at += A[i, k] * u[k]\n"
             "    for j in range(n):\n        g[j] += 2 * (at - c[i]) * A[i, j]\nreturn g"),
    ("factors", "F_ = np.zeros((m, k))\nfor i in range(m):\n    for j in range(k):\n"
                "        F_[i, j] = -2 * (P - F @ G.T)[i] @ G[:, j]"),
    ("line", "g = []\nfor j in range(n):\n    g.append(2 * A[:, j] @ (A @ u - c))\nreturn np.array(g)"),
    ("line", "r = A @ u - c\ng = 0\nfor a, e in zip(A, r):\n    g = g + 2 * e * a\nreturn g"),
    ("line", "c = c * 2\nc = c / 2\ng = np.zeros(n)\n"
             "for i in range(m):\n    g += 2 * (A[i] @ u - c[i]) * A[i]\nreturn g"),
    ("line", "return np.array([2 * A[:, j] @ (A @ u - c) for j in range(len(u))])"),
    ("curved", "H = np.zeros((n, n))\nfor a in range(n):\n    for b in range(n):\n"
               "        H[a, b] = 2 * A[:, a] @ A[:, b]\nreturn H"),
    ("curved", "H = np.zeros((n, n))\nfor i in range(m):\n    for a in range(n):\n        for b in range(n):\n"
               "            H[a][b] += 2 * A[i][a] * A[i][b]\nreturn H"),
    ("clipped", "p = np.zeros(m)\nr = A @ u - c\nfor i in range(m):\n    if abs(r[i]) <= h:\n        p[i] = r[i]\n"
                "    else:\n        p[i] = h * np.sign(r[i])\nreturn A.T @ p"),
    ("factors", "D = np.zeros_like(F)\nfor i in range(m):\n    D[i] = -2 * (P[i] - G @ F[i]) @ G\nreturn D"),
    ("factors", "D = np.zeros_like(F)\nfor i in range(m):\n    for j in range(n):\n"
                "        D[i, :] -= 2 * (P[i, j] - F[i] @ G[j]) * G[j]\nreturn D"),
    ("factors", "np.stack([-2*(P[i] - G@F[i])@G for i in range(m)])"),
    ("factors", "np.array([[-2*(P[i] - G@F[i])@G[:, a] for a in range(k)] for i in range(m)])"),
    ("map", "np.array([[S[i, j] for j in range(n)] for i in range(n)])"),
    ("map", "np.array([S[i] for i in range(n)])"),
]  # fmt: skip
NEVER = [
    ("line", "g = np.ones(n)\nfor j in range(n):\n    g[j] += 2 * A[:, j] @ (A @ u - c)\nreturn g"),
    ("line", "g = np.zeros(n)\ns = 0\nfor j in range(n):\n    for i in range(m):\n"
             "        s += 2 * (A[i] @ u - c[i]) * A[i, j]\n    g[j] = s\nreturn g"),
    ("line", "g = np.zeros(n)\nfor j in range(n):\n    s = 0\n    for i in range(m):\n"
             "        s = 2 * (A[i] @ u - c[i]) * A[i, j]\n    g[j] = s\nreturn g"),
    ("line", "g = np.zeros(n)\nfor j in range(n):\n    for i in range(j):\n"
             "        g[j] += 2 * (A[i] @ u - c[i]) * A[i, j]\nreturn g"),
    ("line", "g = np.zeros(n)\nfor j in range(n - 1):\n    g[j] = 2 * A[:, j] @ (A @ u - c)\nreturn g"),
    ("line", "g = np.zeros(n)\nfor j in range(n):\n    g[0] = 2 * A[:, j] @ (A @ u - c)\nreturn g"),
    ("line", "g = np.zeros(n)\nfor j in range(n):\n    g[j] = 2 * A[:, j] @ (A @ u - c)\n    break\nreturn g"),
    ("line", "g = [0]\nfor j in range(n):\n    g.append(2 * A[:, j] @ (A @ u - c))\nreturn np.array(g)"),
    ("line", "g = np.zeros(n)\nfor i in range(m):\n    at = 0\n    for k in range(n):\n        at += A[i, k] * u[k]\n"
             "        g[k] += 2 * (at - c[i]) * A[i, k]\nreturn g"),
    ("line", "c = c - A @ u\ng = np.zeros(n)\nfor i in range(m):\n    g += 2 * (A[i] @ u - c[i]) * A[i]\nreturn g"),
    ("curved", "H = np.zeros((n, n))\nfor a in range(n):\n    H[a, a] = 2 * A[:, a] @ A[:, a]\nreturn H"),
    ("clipped", "g = np.zeros(n)\nfor i in range(m):\n    r = A[i] @ u - c[i]\n    if abs(r) <= h:\n"
                "        g += r * A[i]\n    else:\n        g -= h * np.sign(r) * A[i]\nreturn g"),
    ("factors", "D = np.zeros_like(F)\nfor i in range(m):\n    for j in range(n):\n"
                "        D[i] = -2 * (P[i, j] - F[i] @ G[j]) * G[j]\nreturn D"),
    ("factors", "np.array([[-2*(P[i] - G@F[i])@G[:, a] for i in range(m)] for a in range(k)])"),
    ("map", "np.array([[S[i, j] for i in range(n)] for j in range(n)])"),
    ("map", "np.array([S[:, i] for i in range(n)])"),
]  # fmt: skip


def verdict(key: Key, problem: str, code: str) -> str:
    text = f"## Problem {problem}\n\n```python\ndef answer():\n{textwrap.indent(code, '    ')}\n```\n"
    text = text if "return" in code else f"## Problem {problem}\n\n```python\n{code}\n```\n"
    return next(one for one in check_text(text, "a.md", key).problems if one.id == problem).verdict


@pytest.mark.parametrize(("problem", "code"), RIGHT)
def test_a_loop_that_fills_an_array_is_that_array(key: Key, problem: str, code: str) -> None:
    assert verdict(key, problem, code) == "right"


@pytest.mark.parametrize(("problem", "code"), NEVER)
def test_a_loop_that_does_something_else_is_never_right(key: Key, problem: str, code: str) -> None:
    assert verdict(key, problem, code) != "right"
