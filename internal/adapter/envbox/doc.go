// Package envbox makes environments without images, by this machine's own programs: it is
// the back end of environments that is called the sandbox.
//
// Its words: each environment is a cell (kit/cell) with one folder, one control group and,
// where prentice is root, one user of its own; each service is a bubblewrap in it, with the
// view of the machine that a job of adapter/sandbox has, in a network of its own. Services
// find each other by their names and reach nothing else; Hosts are reached by a proxy that
// this process is. A provider (adapter/provider) is a database server of this machine.
//
// All of an environment ends with prentice, by whatever end; what is in its folder stays, and
// so it is begun again from there, until it is removed.
//
// It refuses images, users by name, folders of the machine, to begin what was not proven to
// hold on this machine, and to count an environment as removed of which anything is left.
package envbox
