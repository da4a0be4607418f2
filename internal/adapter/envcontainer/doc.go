// Package envcontainer performs environments in an engine of containers on this machine,
// Podman or Docker, through the socket of its API.
//
// Its words: an installation is one prentice with its database; whatever is made carries a
// label of the installation and of the environment, and is found and removed by both and by
// nothing else. A pin is a name of ours for an image: a tag is resolved once, and what it
// meant then is begun again after a week. An opening is a proxy on the loopback of a
// container, by which it reaches the hosts that are named and no others.
//
// A network of an environment leads nowhere, and has no resolver and no address of the machine.
// Services find each other by /etc/hosts. No port of the machine is bound: a connection is
// made in the network of the container itself (kit/netns), so that this program must be root
// and share the processes of the machine with the engine.
//
// It refuses folders of the machine, capabilities beyond those by which images become the
// user that they are for, what cannot be limited, and containers that are not what was asked
// for: they are looked at from outside. Weaker than the sandbox is that root of an image is
// root of the machine, held by capabilities and by the engine's own filter; and that what
// is written to disk is measured and ended, where no quota refuses it.
package envcontainer
