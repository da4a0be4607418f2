// Package checkrun performs the checks of a repository: each in a sandbox of its own, on a
// copy of the part of the tree that it depends on, with the tools of this machine.
//
// Its words: a run is one check that was performed once; its folder holds what it printed,
// the files that it was to bring back, and for a while, where it failed, all that it left.
// A cache is a folder that runs find filled and may write to; only what a run on the
// content of a protected branch wrote is kept.
//
// It refuses to perform anything without a sandbox, to follow a link that a run made, to
// keep what is not asked for or more than is bounded, and to give a run the repository's
// .git folder, a host or a secret that it does not name, or anything of a person. A run with
// secrets fills no cache, and of what it left nothing stays but what the check names.
package checkrun
