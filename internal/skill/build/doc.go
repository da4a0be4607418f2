// Package build answers the part of the role about building and delivering: what was built and from
// what, which version of it is where, how it comes from one place to the next, and how well
// that goes.
//
// Its words: an artefact is what a build made, by digest; a release is a version of a
// service; a deployment brings it to a place, by a run of a procedure of the team; places
// and their order stand in the team's releases.yaml. Whether a release may go to a place is
// answered from what was written down: it landed, its checks hold, its provenance is signed,
// it was at the place before.
//
// It refuses to deploy what may not be, naming the least that is missing and the command
// that would produce it; to let two deployments of a service go on at one place; to change a
// release that was deployed; and to have a way of its own to act: a procedure does.
package build
