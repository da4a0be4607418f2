// Package statuspage tells the users of services how they stand: what counts for them is in status.yaml,
// what they are told of a fault is written by people.
//
// Its words: the page is all that users see; to post is to add an update for them to a public
// incident, which may belong to an incident of the team. A public incident has a title and texts of its own.
//
// Its rules: nothing that a probe, a run or an incident of the team says is ever shown; who posted
// stands in the evidence and not in the page. A text that looks like a secret is refused. What was
// posted by mistake is withdrawn and gone. It refuses to publish by itself: without public: true nothing is served.
package statuspage
