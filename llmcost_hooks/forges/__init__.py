"""Where pull requests are: GitHub, GitLab, Azure Repos, Bitbucket. Reached by `llm-cost comment` alone.

A new forge is one file with `read_place`, `open_forge`, TITLE, LIMIT, VISIBLE, HEAD_REF and TOKENS, and one line here.
"""

from __future__ import annotations

from . import azure_repos, bitbucket, github, gitlab

FORGES = {"github": github, "gitlab": gitlab, "azure-repos": azure_repos, "bitbucket": bitbucket}
