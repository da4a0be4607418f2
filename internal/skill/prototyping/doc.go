// Package prototyping answers the part of the role about prototyping: to try something
// out before it is built, in the cheapest way that gives the answer, and to show what that
// was worth. Prototypes are that, each with its question, its day and its decision;
// experiments, which count which of two variants is better; and feature flags: a feature that is there in production and seen by no one, by some, or
// by everyone.
//
// Its words: those of engine/prototype and engine/experiment, and: flags stand in the team's flags.json, in flagd's format, and programs ask for
// them by OFREP, the protocol of OpenFeature, so that each of its SDKs works; an override
// is a variant that holds for everyone until it ends, whatever the file says: the kill
// switch. A flag whose day is over is to be removed, and the rule flags/not-past-their-day
// fails until it is; the change that removes it is drafted, once.
//
// It refuses to change the file, which is changed as the team changes its files; an
// override without a reason and an end; and to answer with what it does not know: where a
// flag cannot be evaluated, a program uses the value in its code.
package prototyping
