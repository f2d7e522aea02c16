#!/bin/sh
# Gradescope runs this once, when the autograder is built. Zip setup.sh, run_autograder and key.toml together.
set -e
apt-get update
apt-get install -y python3 python3-venv
python3 -m venv /autograder/matgrad
/autograder/matgrad/bin/pip install matgrad
ln -s /autograder/matgrad/bin/matgrad /usr/local/bin/matgrad
