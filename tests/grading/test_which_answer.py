"""Which formulas of a submission in prose are its answer; one wrong claim spoils a right one."""

from __future__ import annotations

import pytest

from matgrad_cli.grading.check import Key, check_text
from matgrad_cli.records.finding import ProblemReport

KEY = """
[[problem]]
id = "1"
loss = "x.T @ A @ x + b.T @ x"
wrt = "x"
shapes = "A: n×n, x: n, b: n"

[[problem]]
id = "2"
loss = "tr(inv(X) @ A)"
wrt = "X"
shapes = "X: n×n, A: n×n"

[[problem]]
id = "3"
loss = "sum(log(1 + exp(X@w))) - y.T @ X @ w"
wrt = "w"
shapes = "X: n×d, w: d, y: n"

[[problem]]
id = "4"
loss = "norm(X@w-y)**2 + lam*norm(w)**2"
wrt = "w"
shapes = "X: n×d, w: d, y: n, lam: scalar"
assume = "lam positive"
asks = "minimum"

[[problem]]
id = "5"
loss = "x.T @ A @ x"
wrt = "x"
shapes = "A: n×n, x: n"
assume = "A symmetric"

[[problem]]
id = "6"
loss = "log(sum(exp(x)))"
wrt = "x"
shapes = "x: n"
order = 2

[[problem]]
id = "7"
loss = "a.T @ inv(X) @ b"
wrt = "X"
shapes = "a: n, X: n×n, b: n"
"""
TWICE = [
    (1, "$\\nabla_x f = (A+A^T)x+b$\n\nso finally $\\boxed{2Ax+b}$"),
    (1, "$\\nabla_x f = (A+A^T)x+b$ (resp. $2Ax+b$)"),
    (1, "Le gradient est soit $(A+A^T)x+b$ soit $2Ax+b$."),
    (1, r"Either $\nabla_x = 2Ax+b$, or $\nabla_x = (A+A^T)x$, or $\nabla_x = (A+A^T)x+b$."),
    (1, r"$\nabla_x f = (A+A^T)x+b$. If not: $\nabla_x f = 2Ax + b$"),
    (1, "$\\frac{\\partial L}{\\partial x} = (A+A^T)x+b$\n\n$\\frac{\\partial L}{\\partial x} = Ax+b$"),
    (1, r"The gradient is $(A+A^T)x+b$. Alternatively, the gradient is $2Ax+b$."),
    (1, r"Let $g=(A+A^T)x+b$. Let $g=2Ax+b$. So $\nabla_x = g$."),
    (2, r"$\nabla_X L = -X^{-T}A^TX^{-T}$ or $\nabla_X L = X^{-T}A^TX^{-T}$"),
    (2, "$-X^{-1}AX^{-1}$\n\n$-X^{-T}A^TX^{-T}$"),
    (3, "$\\nabla_w = X^T(\\sigma(Xw)-y)$\n\n$\\nabla_w = \\sigma(Xw)-y$"),
    (3, "The gradient is either $X^T(y-\\sigma(Xw))$ or its negative $X^T(\\sigma(Xw)-y)$."),
    (3, "Let $p=\\sigma(Xw)$. The gradient is $X^T(p-y)$ or maybe $X^T(y-p)$."),
    (
        6,
        r"$\nabla^2 f = \operatorname{diag}(p) - pp^\top$ or $\nabla^2 f = pp^\top$, where $p = "
        r"\operatorname{softmax}(x)$.",
    ),
    (7, r"$-uv^\top$ or $uv^\top$ where $u = X^{-\top}a$, $v = X^{-1}b$"),
    (4, r"One of $w = (X^TX)^{-1}X^Ty$, $w = (X^TX+\lambda I)^{-1}X^Ty$."),
    (4, r"$w^* = (X^TX+\lambda I)^{-1}X^Ty$ (or, if that is not right, $w^* = 0$)"),
    *(
        (1, text)
        for text in (
            r"$g=(A+A^T)x+b$ and $h=2Ax+b$. The gradient is $g$ or $h$.",
            r"$g=(A+A^T)x+b$ and $h=2Ax+b$. The gradient is $h$.",
            r"g=(A+A^T)x+b and h=2Ax+b. The gradient is g or h.",
            r"$g=(A+A^T)x+b$ and $h=2Ax+b$.",
            "$$(A+A^T)x+b$$\n\n$$2Ax+b$$",
            "$\\nabla_x L = (A+A^T)x+b$.\n\n$$\\nabla_x L = (A+A^T)x-b$$",
            r"$\nabla_x L = (A+A^T)x+b$. Hence $$\nabla_x L = 2Ax+b$$",
            r"The gradient is $(A+A^T)x+b$. $$2Ax+b$$",
            "$\\nabla_x L = 2Ax+b$.\n\n$$\\nabla_x L = (A+A^T)x+b$$",
            "$$\\nabla_x L = (A+A^T)x+b$$\nor\n$$\\nabla_x L = 2Ax+b$$",
            "$$2Ax+b$$ or $$(A+A^T)x+b$$",
            "Entweder\n$$\\nabla_x L = 2Ax+b$$\noder\n$$\\nabla_x L = (A+A^T)x+b$$",
            r"Der Gradient ist entweder $2Ax+b$ oder $(A+A^T)x+b$.",
            r"Let $g=(A+A^T)x+b$. The gradient is $-g$.",
            r"The gradient is $g$ where $g=2Ax+b$, or $g=(A+A^T)x+b$.",
            r"$g=(A+A^T)x+b$; $h=2Ax+b$; $\nabla f \in \{g,h\}$",
            r"Le gradient est $(A+A^T)x+b$ ou $2Ax+b$.",
            r"Il gradiente è $(A+A^T)x+b$ oppure $2Ax+b$.",
        )
    ),
]
NONE = [
    (3, r"Here $X^T\sigma(Xw)$ comes from the first term and $-X^Ty$ from the second, so the gradient is their sum."),
    (1, r"**Question.** Prove that $\nabla_x f = (A+A^T)x+b$."),
    (1, r"$\nabla_x f = (A+A^T)x+b$ for even $n$."),
    (1, r"Modulo a factor of 2, $\nabla_x f = (A+A^T)x+b$."),
    (1, r"$\nabla_x = (A+A^T)x+b$ is wrong."),
    (1, r"$\nabla_x = (A+A^T)x+b$. This is clearly not correct."),
    (1, r"The gradient isn't $(A+A^T)x+b$."),
    (1, r"I don't think that the gradient is $(A+A^T)x+b$."),
    (1, r"A friend told me that it is $(A+A^T)x+b$."),
    (1, r"The answer cannot be $(A+A^T)x+b$."),
    (1, r"I doubt that $\nabla = (A+A^T)x+b$."),
    (1, r"$\nabla = (A+A^T)x+b$ holds for no matrix."),
    (1, r"Is it $(A+A^T)x+b$?"),
    (1, r"A common mistake is to write $\nabla_x = (A+A^T)x+b$."),
    (1, r"If $A$ is symmetric, the gradient is $2Ax+b$."),
    (1, r"$\nabla_x = (A+A^T)x+b$ only if $A$ is diagonal."),
    (2, r"Assume $X$ and $A$ are symmetric. Then $\nabla_X = -X^{-1}AX^{-1}$."),
    (2, r"The gradient is certainly not $-X^{-T}A^TX^{-T}$."),
    (3, r"My neighbour wrote $X^T(\sigma(Xw)-y)$; I have no idea."),
    (3, r"$\nabla_w = X^T(\sigma(Xw)-y)$ for $y=0$."),
    (3, r"$\nabla_w = X^T(\sigma(Xw)-y)$ where $y=0$."),
    *(
        (1, rf"$(A+A^T)x+b$ {text}")
        for text in (
            r"where $x \in \mathbb{R}^n$ and $b = 0$.",
            r"where $A$ is $n \times n$, and $b = 0$ here",
            "with $b = 0.5$",
            "($b = 0$)",
            r"with $x \in \mathbb R^n$, $A = I$",
            r"where $b = \mathbf{0}$",
            "using $A = I_n$",
            "wobei $b=0$",
            "mit $x ∈ ℝ^n$ und $b=0$",
            "où $b=0$",
            "avec $b = 0$",
            "donde $b=0$",
            "con $b=0$",
            "siendo $b=-1$",
            "dove $b=0$",
            "essendo $b=0$",
            "onde $b=0$",
            "com $b=0$",
            "waarbij $b=0$",
            "met $b=0$",
            ", $b = 0$",
        )
    ),
    (1, "$(A+A^T)x+b$ if the rows are centred"),
    *(
        (1, text.replace("…", "$(A+A^T)x+b$"))
        for text in (
            "The gradient is proportional to ….",
            "The gradient is roughly ….",
            "The gradient contains ….",
            "The gradient is bounded by ….",
            "The gradient differs from ….",
            "The negative gradient is ….",
            "Half the gradient is ….",
            "The transpose of the gradient is ….",
            "The descent direction is ….",
            "The solution sheet says ….",
            "Show that the gradient is ….",
            "We want to check whether it is ….",
            "… (up to sign)",
            "… (possibly without the $b$)",
            "…, maybe transposed",
            "Der Gradient ist proportional zu ….",
            "Der negative Gradient ist ….",
            "Zeigen Sie, dass der Gradient … ist.",
            "Le gradient est proportionnel à ….",
        )
    ),
    (1, "$\\nabla_x L = (A+A^T)x+b$, as long as the rows of $A$ are independent."),
    *(
        (1, f"{text} $\\nabla_x L = (A+A^T)x+b$.")
        for text in (
            "If the data are centred,",
            "Assuming centred data, we get",
            "When $n$ is large,",
            "For small $x$,",
            "Provided that the model is linear,",
            "Wenn die Daten zentriert sind, gilt",
            "Solange $b$ klein ist, gilt",
            "Si les données sont centrées,",
            "Si los datos están centrados,",
            "Se i dati sono centrati,",
        )
    ),
    (3, "If the classes are balanced,\n\n$$\\nabla_w = X^T(\\sigma(Xw)-y)$$"),
    (4, r"$w^* = (X^TX+\lambda I)^{-1}X^Ty$ pour $\lambda = 1$"),
    (4, r"$(X^TX+\lambda I)^{-1}X^Ty$ con $\lambda = 0$."),
    (1, "> A student claims $(A+A^T)x+b$."),
    (3, "> My neighbour says: $X^T(\\sigma(Xw)-y)$"),
    (4, r"Perhaps $w = (X^TX+\lambda I)^{-1}X^Ty$? Or not."),
    (4, r"One would expect $w=(X^TX+\lambda I)^{-1}X^Ty$, but it is wrong; the minimiser is the zero vector."),
    *(
        (1, text.replace("…", "(A+A^T)x+b"))
        for text in (
            "Let $g=…$. The gradient is not $g$.",
            "Der Gradient ist nicht $…$.",
            "$…$ ist falsch.",
            r"$\nabla_x L = …$ stimmt nicht.",
            "Ich glaube nicht, dass der Gradient $…$ ist.",
            "Le gradient n'est pas $…$.",
            "$…$ est faux.",
            "El gradiente no es $…$.",
            "$…$ es incorrecto.",
            "Il gradiente non è $…$.",
            "$…$ è sbagliato.",
            "Wenn $A$ symmetrisch ist, ist der Gradient $…$.",
            "Ist der Gradient $…$?",
            "Mein Nachbar sagt, es ist $…$.",
            "Si $A$ est symétrique, le gradient est $…$.",
            "Falls $A$ diagonal ist: $…$",
            "Si $A$ es simétrica, el gradiente es $…$.",
            "Se $A$ è simmetrica, il gradiente è $…$.",
            "O gradiente não é $…$.",
            "$$\\nabla_x L = …$$ is what a classmate got.",
            "The book states: $\\nabla_x L = …$.",
            "$\\nabla_x L = …$ (copied from the notes)",
            "It says “$\\nabla_x L = …$” there.",
            "Suppose $\\nabla_x L = …$.",
            "> $$\\nabla_x L = …$$\n\nThat is all I found.",
            "~~$\\nabla_x L = …$~~",
            "Im Lehrbuch steht: $…$.",
            "$…$ ist, was mein Nachbar sagt.",
            "Een vriend zei $…$.",
            "Ein häufiger Fehler ist $…$.",
            "$…$, nur wenn $A$ diagonal ist.",
            "Sei $A$ symmetrisch. Dann ist er $…$.",
        )
    ),
]
RIGHT = [
    (1, "$$\\nabla_x f = (A+A^T)x+b$$\n\n(If $A$ is symmetric, this simplifies to $2Ax+b$.)"),
    (1, r"The loss is $x^TAx + b^Tx$. The gradient is $(A+A^T)x+b$."),
    (1, r"The gradient of $b^Tx$ is $b$, so the gradient of all is $(A+A^T)x+b$."),
    (
        1,
        r"I first tried $2Ax + b$, but that's only right for symmetric matrices. In general the answer is "
        r"$(A+A^T)x+b$.",
    ),
    (1, r"The wrong answer would be $\nabla L = 2Ax+b$; I answer $\nabla L = (A+A^T)x+b$."),
    (1, r"It is not $2Ax+b$ but $(A+A^T)x+b$."),
    *(
        (1, f"{text} the gradient is $(A+A^T)x+b$.")
        for text in (
            "If we apply the product rule,",
            "When we differentiate by $x$,",
            "If I am not mistaken,",
            "Even if the data are centred,",
            "If $x$ is a vector,",
            "Wenn man die Produktregel anwendet:",
        )
    ),
    (1, "For the first part we get $(A+A^T)x$; the second gives $b$. Therefore\n\n$$\\nabla_x L = (A+A^T)x+b$$"),
    (1, "One can show that the gradient is $(A+A^T)x+b$."),
    (1, "The sum of both gradients is $(A+A^T)x+b$."),
    (1, "The gradient of the sum is $(A+A^T)x+b$, so the negative gradient is $-(A+A^T)x-b$."),
    *(
        (6, text.replace("…", r"\nabla^2 f = \operatorname{diag}(p) - pp^\top"))
        for text in (
            r"$…$, where $p = \operatorname{softmax}(x)$.",
            r"Let $p = \operatorname{softmax}(x)$. $\nabla f = p$ and $…$.",
            r"First derivative: $\nabla f = \frac{e^x}{\mathbf 1^\top e^x} =: p$. Second derivative: $…$.",
            r"$\nabla f = p$ with $p = \operatorname{softmax}(x)$, thus $…$.",
            "Let $p = \\operatorname{softmax}(x)$, i.e. the gradient.\n\n$$…$$",
        )
    ),
    *(
        (7, text)
        for text in (
            r"$-uv^\top$ where $u = X^{-\top}a$ and $v = X^{-1}b$",
            r"$-uv^\top$ where $u = X^{-\top}a$, $v = X^{-1}b$.",
            r"$-uv^\top$, $u = X^{-\top}a$, $v = X^{-1}b$",
            r"$-pq^\top$ with $p = Za$, $q = Z^\top b$, $Z = X^{-\top}$",
        )
    ),
    (3, r"The rows of $X$ are $x_i^\top$. $\nabla_w = X^T(\sigma(Xw)-y)$, at $w=0$: $X^T(\frac12 - y)$."),
    (1, r"$\nabla f = (A+A^T)x+b$. Check: for $A=I$ and $b=0$ we get $\nabla f = 2x$."),
    (2, r"If $X$ is invertible, the gradient is $-X^{-T}A^TX^{-T}$."),
    (2, "$-X^{-T}A^TX^{-T}$, if the inverse of $X$ exists"),
    (4, r"If the gradient is zero, then $w=(X^TX+\lambda I)^{-1}X^Ty$."),
    (1, r"Since $A$ is not symmetric, the gradient is $(A+A^T)x+b$."),
    (1, r"It is not hard to see that the gradient is $(A+A^T)x+b$, which does not vanish in general."),
    (1, r"$\nabla f = Ax + A^Tx + b$, that is, $\nabla f = (A+A^T)x+b$"),
    (1, r"$(A+A^T)x+b$ (for symmetric $A$ this is $2Ax+b$)."),
    (1, r"$(A+A^T)x+b$ where $x\in\mathbb R^n$ and $b\in\mathbb R^n$."),
    (1, r"$(A+A^T)x+b$, with $A=I$ this becomes $2x+b$."),
    (1, "> $(A+A^T)x+b$"),
    (1, "The gradient is\n\n> $$\\nabla_x L = (A+A^T)x+b$$"),
    (1, "> What is the gradient of $x^TAx + b^Tx$?\n\n$(A+A^T)x+b$"),
    (3, r"$X^T(\sigma(Xw)-y)$, where $\sigma$ is the logistic function."),
    (3, r"$X^T(\sigma(Xw)-y)$ mit der Sigmoidfunktion $\sigma$"),
    (3, "Sei $p$ mit $p = \\sigma(z)$ und $z = Xw$. Der Gradient ist\n$$X^T(p-y).$$"),
    (3, r"$X^T(\psi(Xw) - y)$ where $\psi(t) = \frac{1}{1+e^{-t}}$."),
    (1, r"$\frac{\partial L}{\partial x_i} = \sum_j (A_{ij}+A_{ji})x_j+b_i$ where $i = 1, \dots, n$."),
    (1, r"$\frac{\partial L}{\partial x_i} = \sum_j (A_{ij}+A_{ji})x_j+b_i$ für alle $i \in \{1,2,\ldots,n\}$."),
    (1, r"$\nabla f = (A+A^T)x+b$. I checked it with $A = I$: $\nabla f = 2x + b$."),
    (1, r"The derivative is $x^T(A+A^T) + b^T$ as a row, so the gradient is $(A+A^T)x+b$."),
    (3, r"With $z = Xw$ and $p = \sigma(z)$, $\nabla_z = p - y$ and $\nabla_w = X^T(p-y)$."),
    (
        3,
        r"With $z = Xw$, $\frac{\partial L}{\partial z} = \sigma(z)-y$, so $\frac{\partial L}{\partial w} = "
        r"X^T(\sigma(z)-y)$.",
    ),
    (1, "We compute $x^TAx$. " * 40 + r"So $\nabla_x = (A+A^T)x+b$."),
    (
        2,
        "$$ d\\,\\mathrm{tr}(X^{-1}A) = -\\mathrm{tr}(X^{-1} A X^{-1} dX) $$\n\nSo the gradient is $-X^{-T} "
        "A^T X^{-T}$.",
    ),
    (2, r"The loss is $\mathrm{tr}(X^{-1}A)$, its gradient is $-X^{-T}A^TX^{-T}$."),
    (2, r"With $Z = X^{-1}$: $-Z^TA^TZ^T$"),
    (2, r"Let $Y = X^{-1}$. $dY = -Y dX Y$. $d\,tr(YA) = -tr(YAY\,dX)$. Hence $\nabla_X = -(YAY)^T$."),
    (3, r"Let $p = \frac{1}{1+e^{-Xw}}$ (elementwise). The gradient is $X^T (p - y)$."),
    (
        3,
        r"The gradient of $y^TXw$ is $X^Ty$ and that of the first part is $X^T\sigma(Xw)$, so the gradient is "
        r"$X^T\sigma(Xw)-X^Ty$.",
    ),
    (
        3,
        r"I get $X^T\sigma(Xw)$ from the first term and $X^Ty$ from the second. The gradient is their "
        r"difference, $X^T\sigma(Xw) - X^Ty$.",
    ),
    (
        3,
        r"$\frac{d}{dz}\log(1+e^z) = \sigma(z)$, with $z=Xw$, so $X^T\sigma(Xw)$ minus $X^Ty$: $\nabla L = "
        r"X^T(\sigma(Xw)-y)$.",
    ),
    (4, r"Let $M = X^TX+\lambda I$. Then the minimiser is $M^{-1}X^Ty$."),
    (4, r"The gradient is $2X^T(Xw-y)+2\lambda w$. It vanishes for $w=(X^TX+\lambda I)^{-1}X^Ty$."),
    (5, r"If $A$ is symmetric, as assumed, the gradient is $2Ax$."),
    (5, r"Da $A$ symmetrisch ist: der Gradient ist $2Ax$."),
    (5, r"Wenn $A$ symmetrisch ist, wie vorausgesetzt, ist der Gradient $2Ax$."),
    (1, r"The derivative (row vector) is $x^T(A+A^T)+b^T$; the gradient is its transpose $(A+A^T)x+b$."),
    (1, "$g=(A+A^T)x+b$. " + "The $g$ is a vector. " * 500 + "So the gradient is $g$."),
    (1, r"The gradient is $Sx+b$ where $S = A+A^T$. For $A = I$: $2x + b$."),
    (3, r"$p = \sigma(Xw)$, $r = p - y$, $g = X^Tr$."),
    (3, r"$r = \sigma(Xw) - y$, $g = X^Tr$."),
    (3, r"$\hat y = \sigma(Xw)$ and $g = X^T(\hat y - y)$."),
    (3, r"Zuerst setze ich $e = \sigma(Xw) - y$; der Fehler ist $e$. Der Gradient ist $X^T e$."),
    (
        1,
        "$$dL = x^T(A+A^T)\\,dx + b^T dx$$\nso the gradient is\n$$\\nabla_x L = (A+A^T)x + b$$\nor, multiplied "
        "out,\n$$Ax + A^Tx + b$$",
    ),
    *(
        (1, text.replace("…", "(A+A^T)x+b"))
        for text in (
            "$\\nabla_x L = …$. In full:\n\n$$\\nabla_x L = Ax + A^Tx + b$$",
            "The loss is $$L = x^TAx + b^Tx$$ and $\\nabla_x L = …$.",
            r"$\nabla_x L = …$, so at the origin $$\nabla_x L(0) = b$$",
            "> $2Ax+b$\n\nis asked about. The gradient is $…$.",
            "The book has $2Ax+b$. I get $$\\nabla_x L = …$$",
            "$\\nabla_x L = …$. At its zero $$(A+A^T)x = -b$$",
            r"$g=…$ and $h=2Ax+b$. The gradient is $g$.",
            "Der Gradient ist nicht $2Ax+b$, sondern $…$.",
            "No es $2Ax+b$ sino $…$.",
            "Le gradient n'est pas $2Ax+b$ mais $…$.",
            "Non è $2Ax+b$ ma $…$.",
            "Da $A$ nicht symmetrisch ist, ist der Gradient $…$.",
            "Also folgt $…$. Wenn $A$ symmetrisch ist, wird daraus $2Ax+b$.",
            "O gradiente é $…$.",
            "Nicht vergessen: der Gradient ist $…$.",
            "Zuerst hatte ich $2Ax+b$, aber das ist falsch. Richtig ist $…$.",
            "La derivada es $…$.",
            "Die Ableitung lautet $…$, nicht $2Ax+b$.",
        )
    ),
]


def judged(key: Key, number: int, text: str) -> ProblemReport:
    return next(
        one for one in check_text(f"## Problem {number}\n{text}\n", "a.md", key).problems if one.id == str(number)
    )


@pytest.mark.thorough
@pytest.mark.parametrize(("number", "text"), TWICE)
def test_one_right_formula_among_wrong_ones_is_no_answer(key: Key, number: int, text: str) -> None:
    found = judged(key, number, text)
    assert (found.verdict, found.final.code, found.score) == ("undecided", "answered-twice", 0), found


@pytest.mark.parametrize(("number", "text"), NONE)
def test_what_is_denied_or_supposed_is_no_answer(key: Key, number: int, text: str) -> None:
    found = judged(key, number, text)
    assert (found.verdict, found.final.code, found.score) == ("undecided", "nothing-judged", 0), found


@pytest.mark.thorough
@pytest.mark.parametrize(("number", "text"), RIGHT)
def test_what_leads_to_the_answer_is_no_second_one(key: Key, number: int, text: str) -> None:
    assert judged(key, number, text).verdict == "right"
