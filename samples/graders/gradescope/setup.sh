#!/bin/sh
# Gradescope runs this once, when the autograder is built. Zip together setup.sh, run_autograder, key.toml and matgrad/,
# a copy of the folder of matgrad, which is on no package index yet.
set -e
apt-get update
apt-get install -y python3 python3-venv
python3 -m venv /autograder/matgrad
/autograder/matgrad/bin/pip install /autograder/source/matgrad
ln -s /autograder/matgrad/bin/matgrad /usr/local/bin/matgrad
