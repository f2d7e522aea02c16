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


def dropout_forward(x, mask, p):
    """x, mask: (N, D), p: float; mask holds 0 and 1"""
    out = x * mask / p
    return out, (mask, p)


def dropout_backward(dout, cache):
    mask, p = cache
    dx = dout * mask / p
    return dx


def embedding_forward(idx, E):
    """idx: (N,) integer labels, E: (V, D)"""
    return E[idx], (idx, E.shape)


def embedding_backward(dout, cache):
    idx, shape = cache
    dE = np.zeros(shape)
    np.add.at(dE, idx, dout)
    return dE


def lstm_step_forward(x, h, c, Wx, Wh, b):
    """x: (N, D), h, c: (N, H), Wx: (D, 4H), Wh: (H, 4H), b: (4H,)"""
    H = h.shape[1]
    a = x @ Wx + h @ Wh + b
    gates = 1 / (1 + np.exp(-a[:, :3 * H]))
    i, f, o = gates[:, :H], gates[:, H:2 * H], gates[:, 2 * H:]
    g = np.tanh(a[:, 3 * H:])
    c_next = f * c + i * g
    h_next = o * np.tanh(c_next)
    return h_next, c_next, (x, h, c, Wx, Wh, i, f, o, g, c_next)


def lstm_step_backward(dh_next, dc_next, cache):
    x, h, c, Wx, Wh, i, f, o, g, c_next = cache
    t = np.tanh(c_next)
    do = dh_next * t
    dc_total = dc_next + dh_next * o * (1 - t ** 2)
    df, dc = dc_total * c, dc_total * f
    di, dg = dc_total * g, dc_total * i
    da = np.hstack([di * i * (1 - i), df * f * (1 - f), do * o * (1 - o), dg * (1 - g ** 2)])
    dx, dWx = da @ Wx.T, x.T @ da
    dh, dWh = da @ Wh.T, h.T @ da
    db = da.sum(axis=0)
    return dx, dh, dc, dWx, dWh, db


def bilinear_forward(x, y, A):
    """x: (N, D), y: (N, E), A: (K, D, E)"""
    return np.einsum("nd,kde,ne->nk", x, A, y), (x, y, A)


def bilinear_backward(dout, cache):
    x, y, A = cache
    dx = np.einsum("nk,kde,ne->nd", dout, A, y)
    dy = np.einsum("nk,kde,nd->ne", dout, A, x)
    dA = np.einsum("nk,nd,ne->kde", dout, x, y)
    return dx, dy, dA
