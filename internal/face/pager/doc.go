// Package pager is the way in for programs that speak to a pager: PagerDuty's Events API v2, the
// alerts of Opsgenie, and the generic integration of GoAlert. They work here unchanged: their
// address and their key are another.
//
// Its words: a key is a token of prentice, which stands where each protocol has its own: the
// routing key of PagerDuty, the GenieKey of Opsgenie, the token of GoAlert's address. The name of
// an alert is what the sender tells alerts apart by: dedup_key, alias, dedup.
//
// Its rules: what triggers is an alert that fires, what resolves or closes is the same one
// resolved, and what is sent again is counted. Only the key that triggered can resolve or
// acknowledge. Answers are those that the clients of each protocol wait for, with its own errors.
// A key may send 120 messages at once and two a second.
//
// It refuses to decide anything: who may, what an alert is about and who is called is said
// behind the door.
package pager
