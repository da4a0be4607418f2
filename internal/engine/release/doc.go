// Package release says what is to run, where it ran and how it went, and how well a team
// delivers, by what was written down when it happened.
//
// Its words: a release is a version of a service: the digests of its artefacts, the
// revision that they were made from, the changes since the version before, and notes for
// people. A place is where it runs; places have an order. A deployment brings a release to a
// place by a run of a procedure, and ends deployed, failed, undone, uncertain, or void where
// nothing was begun. A deployment that is going on is the only one of its service and place;
// its number is a fence, and what comes late with a lower one is refused on the host. A
// deployment fixes what an earlier one has broken where someone says so: that is rework.
//
// Figures are arithmetic over deployments. Each belongs to the moment at which it ended, so
// that a window that moves gives nothing to another; what is not known is counted as not
// known, and each figure is the list that it was made of.
//
// It refuses to change a release that was deployed, to let two deployments of a service go
// on at one place, and to end one twice.
package release
