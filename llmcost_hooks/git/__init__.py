"""Reading git: the only room that knows pygit2 and the git program.

`plumbing` starts git and names a repository, `revisions` names commits, `changes` compares two sides, `index` and
`worktree` list and read what is not committed yet, `objects` reads trees and blobs.

Paths are `str`, decoded as file names are (`os.fsdecode`), relative to the top of the repository and separated by
"/". Object ids are hexadecimal `str` of any length. Nothing here writes a file, reaches the network, or runs a
program that a repository's configuration names.
"""
