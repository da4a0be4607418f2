// Package alertmanager is the face for programs that speak to an Alertmanager about
// silences, such as amtool: the silences of Alertmanager's API, version 2
// (https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml), over
// those of prentice.
//
//	GET    /api/v2/silences          those that there are, narrowed by filter=MATCHER
//	POST   /api/v2/silences          add one, or with an id put another in its place
//	GET    /api/v2/silence/{id}      one of them
//	DELETE /api/v2/silence/{id}      end it
//
// Each passes the door as silence.list, silence.add, silence.show or silence.end, in
// the name of anyone who holds the bearer token, and is bound as everyone is: a silence
// that would match everything, or without an end near enough, is refused. What is
// replaced ends, and the answer has the id of the one in its place.
//
// It holds no rules. It refuses a key that it does not know: passed over, a silence
// could hide more than was meant. An error is a JSON text, as Alertmanager's are.
package alertmanager
