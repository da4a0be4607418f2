// Package alert says what an alert is about, how much it matters and what becomes
// of it, by the rules of a team's alerts.yaml and, behind them, by rules that fit
// what Prometheus sends.
//
// Its words: a matcher compares one label as Alertmanager does; a rule has matchers
// and answers some of four questions: what to do, about which service, who owns it,
// how severe it is. Each question is answered by the first rule that matches and
// answers it. To ignore is to keep nothing, to record is to keep the event and no
// more, an incident calls no one, and to notify is an incident that does.
//
// It refuses to guess: a service that the catalog does not have is never the
// subject, and the nearest name is only told. An alert that no rule fits is told to
// people.
package alert
