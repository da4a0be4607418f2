// Package ssh performs sh steps on other machines.
//
// A step that changes something goes as a claim of kit/outlive, so that it goes on
// when the connection or prentice itself is gone, is taken up where it stands, and
// is begun at most once. One that only looks goes directly, and is made again when
// the connection was cut. Connections are kept for a while and shared; a host that hangs is given
// up after a time, and one that prints without end fills no memory here.
//
// Its words: a place is where a host is reached (user, address, port, key, the
// host to jump through); it is drawn from the catalog and the team's
// ssh_config. The known keys are those of known_hosts, in the team folder and in
// the data folder.
//
// It refuses a host whose key is unknown or has changed, and never learns a key
// by itself. It never asks for a password and forwards nothing. No name, user or
// address ever becomes a word of a shell.
package ssh
