// Package hook is the face for programs that tell prentice what has happened:
// CloudEvents 1.0 over HTTP (structured, batch and binary) at POST /v1/events,
// Alertmanager's webhook, version 4, at POST /v1/alertmanager, and Grafana's,
// version 1, there or at POST /v1/grafana. At POST /v1/hook/NAME it takes messages in
// a shape of the sender's own, for those who know the hook, how its sender is proven
// and what becomes of a message.
//
// Each event passes the door as the operation event.send, in the name of anyone who
// holds the bearer token. The answer comes when the events are kept: 202, what
// became of each, and the names of those parts of the request that were not
// used, so that nothing is ignored silently. An error is Problem Details
// (RFC 9457). A sender that hears a 5xx, or nothing, sends again: events are
// known by their source and id, so that sending twice is no harm. Alertmanager
// does not send again what was refused: one alert that cannot be read keeps back no
// other, one that is too large is kept without its long values, and what was left
// out is named in the answer and becomes an event of its own, alert.unread.
//
// It holds no rules. It refuses what has no token, what is not JSON, one event
// of more than a mebibyte, more than a hundred events at once; and it stops
// reading where its limit is, however much a sender still has. That a message was too
// large to be read becomes an event as well, once an hour for each sender.
package hook
