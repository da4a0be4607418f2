// Package cgroup limits processes by control groups of Linux: of version 2
// (https://docs.kernel.org/admin-guide/cgroup-v2.html), or of version 1, where each limit has
// a tree of its own.
//
// Its words: a place is where groups can be made, which was tried by making one; a group
// limits all that is in it together, and groups within it less; what cannot be limited here is
// said as what is weaker.
//
// It refuses to leave a group that has processes where it was asked to remove it.
package cgroup
