#!/usr/bin/env bash
# Finds out what to compare with, and fetches it with as much history as the comparison takes.
set -euo pipefail
export GIT_TERMINAL_PROMPT=0
cd -- "${INPUT_DIRECTORY:-.}"
log=$RUNNER_TEMP/llm-cost-fetch.log

stop() { # stop WHAT: without a name that could be a command to the runner
    echo "::error title=llm-cost::$1"
    exit 2
}

fetch() { # fetch WHAT...: as the checkout may, else with the token
    git fetch --quiet --no-tags --no-recurse-submodules "$@" 2> "$log" && return
    [ -n "${FETCH_TOKEN:-}" ] || return 1
    local basic
    basic=$(printf 'x-access-token:%s' "$FETCH_TOKEN" | base64 | tr -d '\n')
    GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0="http.${GITHUB_SERVER_URL:-https://github.com}/.extraheader" \
        GIT_CONFIG_VALUE_0="AUTHORIZATION: basic $basic" \
        git fetch --quiet --no-tags --no-recurse-submodules "$@" 2> "$log"
}

commit_of() { git rev-parse --verify --quiet --end-of-options "$1^{commit}"; }

shallow() { [ "$(git rev-parse --is-shallow-repository)" = true ]; }

newest() { # newest WHAT...: without its history where the clone has little of it; a whole clone stays whole
    if shallow; then fetch --depth=1 origin "$@"; else fetch origin "$@"; fi
}

branch() { # branch NAME: its newest commit, as origin/NAME
    git check-ref-format "refs/heads/$1" && newest "+refs/heads/$1:refs/remotes/origin/$1" && base=origin/$1
}

tag() { # tag NAME
    git check-ref-format "refs/tags/$1" && newest "refs/tags/$1:refs/tags/$1" && base=refs/tags/$1
}

commit() { # commit ID: where it is not here, from origin
    [[ $1 =~ ^([0-9a-f]{40}|[0-9a-f]{64})$ ]] || return 1
    commit_of "$1" > /dev/null || newest "$1" || return 1
    base=$1
}

uncut() { # uncut COMMITS: whether the clone has the parents of every one; counted to the end, as no pipe may break here
    [ "$(git rev-list "$@" | grep -c -x -F -f "$(git rev-parse --git-path shallow)")" = 0 ]
}

known() { # known A B: whether it is certain which commits B has and A does not; llm-cost asks the same before it
    # believes what their messages accept, and says in git/shallow.py why this is enough
    local left below=
    uncut "$2" "^$1" || return 1
    if [ -z "$(git rev-list --max-parents=0 "$2" "^$1")" ]; then
        left=$(git rev-list --boundary "$2" "^$1" | sed -n 's/^-//p')
        [ -n "$left" ] || return 0
        # shellcheck disable=SC2086 # they are ids
        below=$(git merge-base --octopus --all $left) || below=
    fi
    # shellcheck disable=SC2086
    uncut "$1" ${below:+--not $below}
}

met() { # met A B: whether the two have a commit in common, and what B did since then is certain
    local at
    at=$(git merge-base "$1" "$2") && known "$1" "$2" && known "$at" "$2"
}

deepen() { # deepen A B: history, until it is enough of it or there is no more
    local depth=32
    while shallow && ! met "$1" "$2"; do
        if [ "$depth" -gt 10000 ]; then
            fetch --unshallow origin "$1" "$2" || true
            break
        else
            fetch --deepen="$depth" origin "$1" "$2" || break
        fi
        depth=$((depth * 4))
    done
}

git rev-parse --git-dir > /dev/null 2>&1 || stop "There is no repository in working-directory: put actions/checkout before this action."
base=
if [ -n "${INPUT_COMMIT:-}" ]; then # the base is the pull request's, which the comment asks for
    commit "$INPUT_COMMIT" || stop "The input commit is not the id of a commit that can be fetched."
    if shallow; then fetch --unshallow origin "$INPUT_COMMIT" || true; fi
    fetch origin '+refs/heads/*:refs/remotes/origin/*' || stop "The branches of the repository cannot be fetched."
    exit 0
fi
if [ -n "${INPUT_BASE:-}" ]; then
    if [[ $INPUT_BASE =~ ^[A-Za-z0-9._/-]+$ ]] && commit_of "$INPUT_BASE" > /dev/null; then
        base=$INPUT_BASE
    else
        commit "$INPUT_BASE" || branch "$INPUT_BASE" || tag "$INPUT_BASE" || base=$(commit_of "$INPUT_BASE") ||
            stop "The input base is neither a revision here nor a branch, tag or commit of origin."
    fi
elif [ -n "${EVENT_BASE_REF:-}" ]; then
    branch "$EVENT_BASE_REF" || stop "The base of the pull request cannot be fetched. $(tail -n 1 "$log" | tr -d '%\r\n')"
elif [ -n "${EVENT_MERGE_GROUP_BASE:-}" ]; then
    commit "$EVENT_MERGE_GROUP_BASE" || stop "The base of the merge group cannot be fetched."
elif [[ ${EVENT_BEFORE:-} =~ [1-9a-f] ]] && commit "$EVENT_BEFORE"; then
    : # what was there before the push
else # a new branch, a force-push that lost the commit before, a schedule
    branch "${EVENT_DEFAULT_BRANCH:-main}" || stop "The default branch cannot be fetched. Name what to compare with: base"
fi
deepen "$(commit_of "$base")" "$(commit_of HEAD)"
echo "base=$base" >> "$GITHUB_OUTPUT"
