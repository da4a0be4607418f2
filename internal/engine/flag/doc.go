// Package flag reads feature flags in flagd's JSON format and says what each of them
// answers in a context.
//
// Its words: a flag has variants, each with a value, all of one type; its targeting is a
// rule in JsonLogic that chooses one of them for an evaluation context, which is what a
// program knows of the user or request it asks for; where the rule chooses none, the
// default variant is meant, and without one the value that the program has in its code.
// An override is a variant that holds for everyone, whatever the targeting says. Formats:
// https://flagd.dev/reference/flag-definitions/ and https://jsonlogic.com.
//
// It refuses a file as a whole when any of it is wrong, so that a flag is never half in
// force; a flag without an owner, a kind and the day by which it is to be gone; and to let
// what a context holds break an evaluation: the answer is an error then, and the program
// uses the value in its code. It reaches nothing: no clock, no file, no network.
package flag
