import numpy as np


def solution(H, P, R):
    """The minimum of tr((eye(n) - K@H)@P@(eye(n) - K@H).T + K@R@K.T) by K.

    H: m×n, P: n×n, R: m×m
    """
    return P @ np.linalg.solve((R + H @ P @ H.T).T, H).T
