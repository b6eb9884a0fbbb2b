#!/bin/sh
# The hooks as users install them: the real pre-commit builds this checkout in an environment of its own.
# Needs a package index. Usage: tools/try_precommit.sh [CHECKOUT]
set -eu

checkout=$(cd "${1:-$(dirname "$0")/..}" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export PRE_COMMIT_HOME="$work/cache" XDG_CACHE_HOME="$work/cache" GIT_CONFIG_GLOBAL="$work/gitconfig" GIT_CONFIG_NOSYSTEM=1
git config --file "$work/gitconfig" user.name "Ada Example"
git config --file "$work/gitconfig" user.email ada@example.invalid
git config --file "$work/gitconfig" init.defaultBranch main
git config --file "$work/gitconfig" safe.directory "*"

expect() { # expect CODE TEXT COMMAND...: the command must end with CODE (0, or anything else as 1) and print TEXT
    wanted=$1 text=$2
    shift 2
    code=0
    "$@" > "$work/output" 2>&1 || code=1
    if [ "$code" != "$wanted" ] || ! grep -q -e "$text" "$work/output"; then
        cat "$work/output"
        echo "FAILED: $* (ended with $code, wanted $wanted and: $text)"
        exit 1
    fi
    echo "ok: $*"
}

prompt() { # prompt WORDS: a prompt of so many tokens
    i=0
    while [ "$i" -lt "$1" ]; do printf 'a '; i=$((i + 1)); done > prompts/search.md
}

git init -q "$work/project"
cd "$work/project"
mkdir prompts
prompt 100
cat > llm-cost.toml << 'EOF'
version = 1

[defaults]
model = "gpt-4o"
output_tokens = 50

[budget]
limit = 0.01

[[prompts]]
path = "prompts/search.md"
prompt_id = "search"
EOF
git add .
git commit -q -m "first"

echo "# pre-commit try-repo"
expect 0 Passed pre-commit try-repo "$checkout" llm-cost-check --all-files
expect 0 "Within budget" pre-commit try-repo "$checkout" llm-cost-budget --all-files --hook-stage pre-push

echo "# an installed configuration"
git clone -q "$checkout" "$work/hooks"
cat > .pre-commit-config.yaml << EOF
repos:
  - repo: $work/hooks
    rev: $(git -C "$work/hooks" rev-parse HEAD)
    hooks:
      - id: llm-cost-check
      - id: llm-cost-budget
      - id: llm-cost-manifest
EOF
expect 0 "installed at" pre-commit install -t pre-commit -t pre-push
git add .pre-commit-config.yaml
expect 0 Passed git commit -m "hooks"
prompt 5000
expect 1 "Exit code: 1 (BUDGET_EXCEEDED)" git commit -a -m "over budget"
expect 0 Skipped env SKIP=llm-cost-check git commit -a -m "over budget, skipped"
git init -q --bare "$work/server.git"
git remote add origin "$work/server.git"
expect 1 "Exit code: 1 (BUDGET_EXCEEDED)" git push origin main
prompt 120
expect 0 Passed git commit -a -m "cheap again"
expect 0 "Within budget" git push origin main
prompt 130
expect 0 Passed git commit -a -m "longer"
expect 0 "Within budget" git push origin main
echo "pre-commit runs all hooks."
