// Package team is what a team writes: the files of its folder, and how each of them
// is read.
//
// Its words: a file has a name in the folder and a reader; what is wrong in it is a
// finding, with its line and with what was probably meant; the rest of the folder is
// in force whatever one file says. What the files say of the team's services, hosts
// and resources is its catalog.
//
// It refuses to take half of a file: one with an error is read as nothing, and who
// reads it decides what holds instead.
package team
