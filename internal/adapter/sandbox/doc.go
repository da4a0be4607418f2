// Package sandbox performs a program where it can reach nothing but what it is given:
// a system to read, a work folder of its own, no network but the hosts that it is given,
// no processes, sockets, files or variables of the machine, and limits on all that it
// uses. It asks bubblewrap (https://github.com/containers/bubblewrap), the program that
// Flatpak trusts, and adds the limits, an unprivileged user, a filter of system calls, and
// a proof: before the first job a sandbox tries what it must not be able to do.
//
// A job that names an image is performed by an engine of containers instead, with the same
// limits, and with services beside it that only it reaches. What the engine made is looked
// at from outside before it is given anything of the job.
//
// All that a job writes is in memory and gone when the job ends. Its processes end
// with it, and with prentice.
//
// It refuses to fall back on no sandbox, to run what it cannot prove, to lend the
// machine's own sockets, devices or secrets, and to bring back files that a job wrote.
package sandbox
