"""A small network library, each layer with its backward pass.

Shapes: x (N, D), W (D, M), V (T, M), and what the docstrings say.
"""
# matgrad: this file is checked by `matgrad check layers.py`

import numpy as np


def affine_forward(x, W, b):
    """x: (N, D), W: (D, M), b: (M,)"""
    out = x @ W + b
    return out, (x, W)


def affine_backward(dout, cache):
    x, W = cache
    dx = dout @ W.T
    dW = x.T @ dout
    db = dout.sum(axis=0)
    return dx, dW, db


def relu_forward(x):
    """x: (N, D)"""
    out = np.maximum(x, 0)
    return out, x


def relu_backward(dout, cache):
    x = cache
    dx = dout * (x > 0)
    return dx


def batchnorm_forward(x, gamma, beta, eps=1e-5):
    """x: (N, D), gamma, beta: (D,)"""
    mu = x.mean(axis=0)
    xmu = x - mu
    var = (xmu ** 2).mean(axis=0)
    std = np.sqrt(var + eps)
    xhat = xmu / std
    out = gamma * xhat + beta
    return out, (xmu, std, xhat, gamma)


def batchnorm_backward(dout, cache):
    xmu, std, xhat, gamma = cache
    N = dout.shape[0]
    dgamma = np.sum(dout * xhat, axis=0)
    dbeta = np.sum(dout, axis=0)
    dxhat = dout * gamma
    dstd = -np.sum(dxhat * xmu, axis=0) / std ** 2
    dvar = dstd / (2 * std)
    dxmu = dxhat / std + 2 * xmu * dvar / N
    dmu = -dxmu.sum(axis=0)
    dx = dxmu
    dx += dmu / N
    return dx, dgamma, dbeta


def attention_forward(Q, K, V):
    """Q, K: (T, D), V: (T, M)"""
    S = Q @ K.T / np.sqrt(Q.shape[1])
    E = np.exp(S - S.max(axis=1, keepdims=True))
    P = E / E.sum(axis=1, keepdims=True)
    out = P @ V
    return out, (Q, K, V, P)


def attention_backward(dout, cache):
    Q, K, V, P = cache
    scale = 1 / np.sqrt(Q.shape[1])
    dV = P.T @ dout
    dP = dout @ V.T
    dS = P * (dP - np.sum(dP * P, axis=1, keepdims=True))
    dQ = dS @ K * scale
    dK = dS.T @ Q * scale
    return dQ, dK, dV


class Tanh:
    """y = tanh(x W), x: (N, D), W: (D, D)"""

    def __init__(self, W):
        self.W = W

    def forward(self, x):
        self.x = x
        self.z = x @ self.W
        self.y = np.tanh(self.z)
        return self.y

    def backward(self, dout):
        dz = dout * (1 - self.y ** 2)
        self.dW = self.x.T @ dz
        return dz @ self.W.T


def softmax_loss(W, X, y, reg):
    """W: (D, C), X: (N, D), y: (N,) integer labels, reg: float"""
    N = X.shape[0]
    scores = X @ W
    scores -= scores.max(axis=1, keepdims=True)
    P = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    loss = -np.log(P[np.arange(N), y]).mean() + 0.5 * reg * np.sum(W * W)
    dscores = P.copy()
    dscores[np.arange(N), y] -= 1
    dscores /= N
    dW = X.T @ dscores + reg * W
    return loss, dW
