import numpy as np


def ridge_loss(X, y, w, lam):
    """X: (N, D), y: (N,), w: (D,), lam: float"""
    r = X @ w - y
    return np.mean(r ** 2) + lam * w @ w
