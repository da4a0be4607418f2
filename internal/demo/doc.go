// Package demo is the sample team: a shop of three small services that really
// run, with their catalog, their policy and four procedures.
//
// Its words: the team is a folder of files, as any team's, that Install writes;
// the state is the folder in which the services keep their data, their logs and
// the files that say which process they are; a service is this same binary, run
// as `prentice demo-service NAME`. Orders keeps its orders in a file and takes a
// lock; payments keeps nothing; checkout needs both.
//
// The services can be broken like real ones: a killed process stays dead, a lock
// left behind keeps orders from starting, and checkout fails when one of the
// others does. The package refuses to end a process that is not one of them, to
// write over a team that is there, and to listen anywhere but on loopback.
package demo
