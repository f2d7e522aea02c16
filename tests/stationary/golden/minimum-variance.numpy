import numpy as np


def solution(S):
    """The minimum of w.T@S@w by w, where sum(w) - 1 = 0.

    S: n×n
    """
    return np.linalg.solve(S, np.ones(len(S))) / np.sum(np.linalg.solve(S, np.ones(len(S))))
