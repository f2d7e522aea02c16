class Linear:
    """y = x W + b with x: (N, D), W: (D, M), b: (M,)"""

    def __init__(self, W, b):
        self.W, self.b = W, b

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, dout):
        self.dW = self.x.T @ dout
        self.db = dout
        dx = dout @ self.W.T
        return dx
