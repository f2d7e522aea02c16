"""Which names are gradients of which: `dW`, `d_W`, `grad_W`, `W_grad`, `grads['W']`, `dL_dW`, `W.grad`."""

from __future__ import annotations

from ...diagnostics.regex import regex
from ...verify.programs.names import GRADIENTS, last_part

_FORMS = (
    regex(r"^d_?(?:L|l|loss|J|cost|C|E|err)_?d_?([A-Za-z]\w*)$"),
    regex(r"^d_?([A-Za-z]\w*)$"),
    regex(r"^d_([A-Za-z0-9_]\w*)$"),
    regex(r"^(?:grad|gradient|nabla)_?(?:of_)?([A-Za-z]\w*)$"),
    regex(r"^([A-Za-z]\w*?)_(?:grad|gradient|grads)$"),
)
UPSTREAM = regex(
    r"^(?:d_?out|d_?outputs?|grad_?out|grad_?outputs?|g_?out|out(?:put)?_?grad(?:ient)?|upstream(?:_\w+)?|grad|grads|gradient|dvalues|top_diff"
    r"|accum_grad|dL_?dout|dl_?dout|dL_?dy|g|dloss|error|delta|d|dnext|dout_?\w*|grad_in|out(?:put)?_error|dy|dY|gy|dz_?out|din)$"
)

LOSSES = ("loss", "cost", "J", "L", "nll", "total_loss", "objective", "obj", "E", "error", "energy")
"""Names under which a loss stands where nobody says which it is."""
BARE = ("grad", "gradient", "g")
"""Names of a gradient beside a loss that do not say by what it is."""

_LONGER = {"w": ("weights", "weight", "theta"), "W": ("weights", "weight"), "b": ("bias", "biases", "intercept"), "h": ("hidden",)}
"""What gradients with a short name are also the derivatives by: `dw` of `self.weights`."""


def is_gradient(key: str) -> bool:
    """Whether a target is called like a gradient, of whatever: `dW`, `dout`, or the `d1` of the layer of that number."""
    return bool(claimed(key)) or UPSTREAM.match(last_part(key).rstrip("_0123456789")) is not None


def claimed(key: str) -> tuple[str, ...]:
    """The names of which a target may be the gradient, the likeliest first; none for a target that is named otherwise."""
    if key.endswith(".grad"):
        return (last_part(key.removesuffix(".grad")),)
    name = last_part(key)
    found = [match[1] for form in _FORMS if (match := form.match(name)) is not None]
    if GRADIENTS.match(key):
        found.append(name)
    found += [longer for short in found for longer in _LONGER.get(short, ())]
    return tuple(dict.fromkeys(found))
