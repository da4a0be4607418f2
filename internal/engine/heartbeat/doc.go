// Package heartbeat listens for jobs: programs that say when they begin, end and fail, and
// of which someone wants to hear when they say nothing.
//
// Its words: a job is declared, by a team's heartbeats.yaml or by someone, with a schedule in
// cron's five fields and an IANA zone, or with a period. A slot is a moment at which it is
// due; its deadline is the slot, in UTC, and the grace behind it. A ping is what a job sends:
// success, start, fail, or log, which changes nothing. A run is what a start begins and a
// success or a fail with the same id ends. A key is a secret by which a ping is known: of one
// job, or of the team, which then names the job.
//
// Its rules: a ping keeps the slot before it and no later one, so a job that is an hour early
// is missed, and told that its zone may be wrong. What fails is down at once. What is down is
// told once, and that it is up again only where it was told before. A time in which prentice
// itself was away is not held against a job: a short one is added to the deadline, and what
// was due in a longer one is unknown. How well a job does is slots kept of slots due, never
// pings of pings.
//
// It refuses to keep a key (its hash is kept), and to guess: a job that was never heard is new,
// and neither up nor down.
package heartbeat
