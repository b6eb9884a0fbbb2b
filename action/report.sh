#!/usr/bin/env bash
# Compares, judges, and writes the report, the step summary and the outputs. Ends with 0: the verdict comes last.
set -euo pipefail
llm_cost=$RUNNER_TEMP/llm-cost/bin/llm-cost
folder=$RUNNER_TEMP/llm-cost-report
mkdir -p "$folder"
cd -- "${INPUT_DIRECTORY:-.}"

stop() { # stop WHAT: without a name that could be a command to the runner
    echo "::error title=llm-cost::$1"
    echo "exit-code=2" >> "$GITHUB_OUTPUT"
    exit 2
}

if [ "${GITHUB_EVENT_NAME:-}" = pull_request_target ]; then # its HEAD is the base, in which no change is
    stop "On pull_request_target there is nothing of the pull request to judge. Run this action on: pull_request"
fi
if [ -n "${INPUT_MANIFEST:-}" ] && [ "$(git cat-file -t "HEAD:./$INPUT_MANIFEST" 2> /dev/null)" != blob ]; then
    stop "The file that the input manifest names is not there: nothing is judged."
fi
if git merge-base --is-ancestor --end-of-options HEAD "$BASE"; then
    echo "::notice title=llm-cost::The base holds all that HEAD does: there is nothing to compare with, and no increase."
fi

format=${INPUT_FORMAT:-markdown}
prompts=() limits=() worst=0 # empty arrays are expanded as the old bash of macOS can
[ -z "${INPUT_MODEL:-}" ] || prompts+=("--model=$INPUT_MODEL")
[ -z "${INPUT_BUDGET:-}" ] || limits+=("--budget=$INPUT_BUDGET")
[ -z "${INPUT_INCREASE:-}" ] || limits+=("--max-increase=$INPUT_INCREASE")

run() { # run FILE ARGUMENTS...: llm-cost with its output in a file, and the first of 2, 3, 4, 1 in $worst
    local file=$1 code=0 each
    shift
    "$llm_cost" "$@" > "$file" || code=$?
    for each in 2 3 4 1; do
        if [ "$code" = "$each" ] || [ "$worst" = "$each" ]; then
            worst=$each
            return
        fi
    done
    [ "$code" = 0 ] || worst=$code
}

# Named as those who take such a file expect it. What lists changes comes from diff, what lists findings from check.
from="diff"
case $format in
    table) report=llm-cost.txt ;;
    markdown) report=llm-cost.md ;;
    json) report=llm-cost.json ;;
    csv) report=llm-cost.csv ;;
    html) report=llm-cost.html ;;
    github) from=check report=llm-cost.log ;;
    sarif) from=check report=llm-cost.sarif ;;
    junit) from=check report=llm-cost.junit.xml ;;
    gitlab-codequality) from=check report=gl-code-quality-report.json ;;
    badge) from=check report=llm-cost.svg ;;
    shields) from=check report=llm-cost.shields.json ;;
    agent) from=check report=llm-cost.agent.txt ;;
    *)
        echo "::error title=llm-cost::The input format is none that llm-cost check prints: docs/pull-requests.md lists them."
        exit 2
        ;;
esac
report=$folder/$report

# What llm-cost prints may begin with the name of a file, and a name may look like a command to the runner.
quiet=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
echo "::stop-commands::$quiet"
sides=("--base=$BASE" --head=HEAD --merge-base)
run "$folder/diff.json" diff "${sides[@]}" --format=json ${prompts[@]+"${prompts[@]}"}
judge=(check --rev=HEAD "--base=$BASE" --merge-base ${limits[@]+"${limits[@]}"} ${prompts[@]+"${prompts[@]}"})
run "$folder/check.txt" "${judge[@]}"
cat "$folder/check.txt"
before=$worst # what is said again below is not shown; a failure that is new is
if [ "$format" = json ]; then
    cp "$folder/diff.json" "$report"
elif [ "$from" = diff ]; then
    run "$report" diff "${sides[@]}" "--format=$format" ${prompts[@]+"${prompts[@]}"} 2> "$folder/again.log"
else # the summary is what the comment says, and not that of --format=github
    GITHUB_STEP_SUMMARY="" run "$report" "${judge[@]}" "--format=$format" 2> "$folder/again.log"
fi
[ "$worst" = "$before" ] || cat "$folder/again.log"
summary=(comment github --dry-run --limit=1000000 "--base=$BASE") # GitHub takes 1 MiB for the summary of a step
run "$folder/summary.md" "${summary[@]}" ${limits[@]+"${limits[@]}"} ${prompts[@]+"${prompts[@]}"}
[ -s "$folder/summary.md" ] || echo "### ❌ llm-cost: this change cannot be judged. The log of the step Report says why." > "$folder/summary.md"
echo "::$quiet::"
if [ "$format" = github ]; then grep '^::' "$report" || true; fi # every line of it that begins so is an annotation

cat "$folder/summary.md" >> "$GITHUB_STEP_SUMMARY"
fork=false # or what has no more rights than one
if [ "${GITHUB_EVENT_NAME:-}" = pull_request ] &&
    { [ "${EVENT_HEAD_REPO:-}" != "${GITHUB_REPOSITORY:-}" ] || [ "${GITHUB_ACTOR:-}" = "dependabot[bot]" ]; }; then
    fork=true
fi
"$RUNNER_TEMP/llm-cost/bin/python" "$GITHUB_ACTION_PATH/action/outputs.py" "$folder/diff.json" >> "$GITHUB_OUTPUT"
{
    echo "report=$report"
    echo "exit-code=$worst"
    echo "fork=$fork"
} >> "$GITHUB_OUTPUT"
