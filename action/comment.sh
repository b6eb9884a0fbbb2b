#!/usr/bin/env bash
# Comments on the pull request; the token is in $GITHUB_TOKEN and in no argument.
set -euo pipefail
cd -- "${INPUT_DIRECTORY:-.}"

options=("--behavior=${INPUT_BEHAVIOR:-update}" "--when=${INPUT_WHEN:-always}" "--tag=${INPUT_TAG:-default}")
[ -z "${INPUT_BUDGET:-}" ] || options+=("--budget=$INPUT_BUDGET")
[ -z "${INPUT_INCREASE:-}" ] || options+=("--max-increase=$INPUT_INCREASE")
[ -z "${INPUT_MODEL:-}" ] || options+=("--model=$INPUT_MODEL")
if [ -n "${INPUT_COMMIT:-}" ]; then
    options+=("--commit=$INPUT_COMMIT")
elif [ "${GITHUB_EVENT_NAME:-}" = pull_request ]; then
    options+=("--base=$BASE")
else
    echo "No pull request in this run: no comment."
    exit 0
fi
quiet=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
echo "::stop-commands::$quiet"
code=0
"$RUNNER_TEMP/llm-cost/bin/llm-cost" comment github "${options[@]}" || code=$?
echo "::$quiet::"
exit "$code"
