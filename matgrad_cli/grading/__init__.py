"""Homework files, lines, the first wrong line, what kind of slip, repairs, reports."""

from .check import Options, check_files, check_text
