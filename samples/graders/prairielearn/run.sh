#!/bin/sh
# The entry point of the grader: it stands in tests/ of the question, beside key.toml and matgrad/, a copy of the folder
# of matgrad, which is on no package index yet. In an image of your own leave the installation out.
root="${GRADE:-/grade}"
command -v matgrad > /dev/null || pip install --quiet "$root/tests/matgrad"
mkdir -p "$root/results"
matgrad check "$root/student" --key "$root/tests/key.toml" --student submission --exit-zero \
    --format prairielearn > "$root/results/new.json" && mv "$root/results/new.json" "$root/results/results.json"
