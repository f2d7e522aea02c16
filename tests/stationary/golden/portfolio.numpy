import numpy as np


def solution(S, mu, r):
    """The minimum of w.T@S@w by w, where mu.T @ w - r = 0, where sum(w) - 1 = 0.

    S: n×n, mu: n, r: number
    Needed: μᵀS⁻¹μ ≠ 0.
    Needed: sum(S⁻¹μ)²/(μᵀS⁻¹μ) − sum(S⁻¹ · 𝟏) ≠ 0.
    """
    return -np.linalg.solve(S, (1 - r / (mu @ np.linalg.solve(S, mu)) * np.sum(np.linalg.solve(S, mu))) / (np.sum(np.linalg.solve(S, mu))**2 / (mu @ np.linalg.solve(S, mu)) - np.sum(np.linalg.solve(S, np.ones(len(S))))) - ((1 - r / (mu @ np.linalg.solve(S, mu)) * np.sum(np.linalg.solve(S, mu))) / (np.sum(np.linalg.solve(S, mu))**2 / (mu @ np.linalg.solve(S, mu)) - np.sum(np.linalg.solve(S, np.ones(len(S))))) * np.sum(np.linalg.solve(S, mu)) + r) / (mu @ np.linalg.solve(S, mu)) * mu)
