"""Backward code that people wrote: each claim judged by numbers, the first wrong line,
its cause and the mended line."""
