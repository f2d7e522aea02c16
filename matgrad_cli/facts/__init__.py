"""Facts about variables, and the problem they belong to."""

from .problem import Fact, Problem
