// Package statuspage is what users are told of a service: how it stands in their words, what happened,
// and what is planned.
//
// Its words: a component is a part of the product as its users know it; behind it stand services.
// Its status is one of operational, degraded, partial outage, major outage, maintenance and unknown.
// An incident is what a person wrote for users, with an impact and one update after the other.
// A window is planned maintenance.
//
// Its rules are pure: what counts for a component is in status.yaml, the worst of it is its status,
// and what no one saw is unknown and never operational. It refuses to pass on what is
// internal: of probes, incidents, runs, hosts and people nothing comes into a page but a status and counts.
package statuspage
