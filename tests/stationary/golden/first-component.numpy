import numpy as np


def solution(S):
    """The maximum of w.T@S@w by w, where w.T @ w - 1 = 0.

    S: n×n
    """
    values, vectors = np.linalg.eigh(S)  # in ascending order
    return vectors[:, -1]  # up to its sign
