#!/usr/bin/env bash
# Compares, judges, and writes the report, the step summary and the outputs. Ends with 0: the verdict comes last.
set -euo pipefail
llm_cost=$RUNNER_TEMP/llm-cost/bin/llm-cost
folder=$RUNNER_TEMP/llm-cost-report
mkdir -p "$folder"
cd -- "${INPUT_DIRECTORY:-.}"

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

case $format in
    table) report=$folder/report.txt ;;
    markdown) report=$folder/report.md ;;
    json) report=$folder/report.json ;;
    *)
        echo "::error title=llm-cost::The input format is table, markdown or json."
        exit 2
        ;;
esac

# What llm-cost prints may begin with the name of a file, and a name may look like a command to the runner.
quiet=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
echo "::stop-commands::$quiet"
if [ -n "${INPUT_MANIFEST:-}" ] && ! git cat-file -e "HEAD:./$INPUT_MANIFEST"; then
    echo "The manifest that the input manifest names is not there: nothing is judged." >&2
    worst=2
fi
sides=("--base=$BASE" --head=HEAD --merge-base)
run "$folder/diff.json" diff "${sides[@]}" --format=json ${prompts[@]+"${prompts[@]}"}
if [ "$format" = json ]; then
    cp "$folder/diff.json" "$report"
else
    run "$report" diff "${sides[@]}" "--format=$format" ${prompts[@]+"${prompts[@]}"} 2> "$folder/again.log"
fi
run "$folder/check.txt" check --rev=HEAD "--base=$BASE" --merge-base ${limits[@]+"${limits[@]}"} ${prompts[@]+"${prompts[@]}"}
cat "$folder/check.txt"
run "$folder/summary.md" comment github --dry-run "--base=$BASE" ${limits[@]+"${limits[@]}"} ${prompts[@]+"${prompts[@]}"} 2> "$folder/again.log"
echo "::$quiet::"

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
