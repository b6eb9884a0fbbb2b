#!/usr/bin/env bash
# Installs llm-cost from the action's own checkout, with dependencies whose files are known by their hashes.
set -euo pipefail

python=$(command -v python3 || command -v python || true)
if [ -z "$python" ] || ! "$python" -c 'import sys; raise SystemExit(sys.version_info < (3, 10))'; then
    echo "::error title=llm-cost::Python 3.10 or newer is needed on this runner: put actions/setup-python before this action."
    exit 2
fi
home=$RUNNER_TEMP/llm-cost
pip=("$home/bin/python" -m pip --disable-pip-version-check --no-input --quiet)
"$python" -m venv "$home"
"${pip[@]}" install --require-hashes --only-binary :all: --requirement "$GITHUB_ACTION_PATH/action/requirements.txt"
cp -R "$GITHUB_ACTION_PATH" "$home/source" # a build leaves files behind, and none of them belong there
"${pip[@]}" install --no-index --no-deps --no-build-isolation "$home/source" "$home/source/vocab"
rm -rf "$home/source"
"$home/bin/llm-cost" --version
