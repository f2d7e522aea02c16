"""Plain records: derivations and findings."""

from .derivation import Bindings, Derivation, ReadOff, Result, Sentence, Step, Value
