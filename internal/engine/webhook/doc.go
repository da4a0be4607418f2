// Package webhook reads what programs outside send in a shape of their own, and makes
// events of it by the rules of a team's hooks.yaml.
//
// Its words: a hook is a name under which one sender posts its messages; a message is
// a body with its headers; a proof is what the sender's signature or token vouches
// for; a mapping says in CEL when a message becomes an event, and of which type,
// subject, data and id; a delivery is a message as it was kept, with its verdict.
//
// It refuses to believe what is not signed: a signature that does not fit or is older
// than its tolerance is no proof, and a message that comes twice is known by what was
// signed. Nothing of a message gets into an event but what a mapping puts there, and
// the event's source is the hook, whatever the message says. A message that no mapping
// fits is no event; it is kept, bounded and masked, so that people see it. An
// expression here reaches nothing: no clock, no file, no network.
package webhook
