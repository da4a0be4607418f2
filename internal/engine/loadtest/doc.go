// Package loadtest finds out how much a service takes: requests come at a rate that rises until
// the service no longer keeps what it promises.
//
// Its words: a step is a rate that is held for a while. A promise is how soon 95 % of
// requests are answered, and what share of them may fail. A step held where that is so with a
// confidence of 95 %, broke where it is not so, is unsure in between, and is void where the
// requests did not go out as they should have. The law is the Universal Scalability Law (Gunther,
// 1993): throughput over how many requests are there at once.
//
// Requests come whether or not those before were answered (an open model), and each is timed
// from the moment at which it should have gone out: who waits for a slow answer before asking
// again measures a service that no user has.
//
// It refuses to say how much a service takes beyond what was tried, and to fit a law to fewer
// than six steps.
package loadtest
