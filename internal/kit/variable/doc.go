// Package variable names the variables in which a script finds what it works with.
//
// Its words: the variable of an input, a fact or a secret is its name in capitals;
// some are given to every script, some are taken by what decides how programs run,
// and a name can be plainly that of a credential.
//
// It refuses to read or to set any environment.
package variable
