"""Equations: points at which they hold, found by solving numerically at random data. The rules are never asked."""
