// Package environments makes places where changes run, and keeps book of those that a team
// shares: test, stage, user acceptance, production.
//
// Its words: an environment is made from the compose file of a commit, has services, a
// network and data of its own, and an end. The one of a change is its preview. A place is
// shared; who works there has its lease, with a purpose and an end, and others wait in its
// queue.
//
// It refuses environments beyond a quota that counts from the first day, secrets for what
// someone outside proposes, and a deployment to a leased place by whom its lease is not.
package environments
