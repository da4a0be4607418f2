// Package statetest is where the kinds of adapter/state are tested on this machine,
// with the shell that performs them: an adapter may not know another, and these tests
// need both. It has nothing that a program uses.
package statetest
