#!/usr/bin/env bash
# Ends the action as llm-cost check ended.
set -euo pipefail
case ${CODE:-} in
    0) exit 0 ;;
    1) what="a limit does not hold (BUDGET_EXCEEDED)" ;;
    2) what="the manifest, a revision or an input is wrong (CONFIG_ERROR)" ;;
    3) what="a prompt cannot be read (PARSE_ERROR)" ;;
    4) what="a model has no price (PRICING_ERROR)" ;;
    *) what="llm-cost did not end as it should" CODE=70 ;;
esac
echo "::error title=llm-cost::Exit code $CODE: $what. The log of the step Report and the summary say more."
exit "$CODE"
