// Package system finds what says which packages a system holds: in its root folder, or in
// an image that lies in a file.
//
// Its words: a system is the root of a Debian, Ubuntu or Alpine; an image is a file as
// docker save, podman save and the OCI layout write it, with layers one over the other.
//
// It refuses to run anything, to fetch an image, to write what it unpacks, to follow a
// link out of a root, and to unpack more than is bounded.
package system
