// Package container speaks to an engine of containers on this machine, Podman or Docker,
// over its Unix socket, in the API that both document
// (https://docs.docker.com/reference/api/engine/). It knows the few calls that it needs:
// images are looked at, pulled, built and tagged; containers are made, filled with files, begun,
// attached to, listed, asked for their state, what they use and what they printed, stopped and
// removed; programs are performed in them; networks that lead nowhere and volumes are made.
//
// Its words: an engine is what answers at a socket; a stream is what goes in and out of a
// container while it runs.
//
// It refuses sockets that are not on this machine, answers without a bound, and to decide
// anything: what a container may do is said by who makes it.
package container
