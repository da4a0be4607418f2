package op

import (
	"net/http"
	"time"

	"prentice"
)

// Problem is what an error of a kind means to the one who asked, by every face.
type Problem struct {
	Kind   prentice.Kind
	Exit   int           // the exit code of the process
	Status int           // the HTTP status of the answer
	Title  string        // the head of a page
	Advice string        // what the caller can do
	Again  time.Duration // after which the same request may go well; 0: waiting alone does not help
}

// problems is the one table of the kinds, in their order; a test says that there is
// no other. Scripts read exit codes, so a code never changes its meaning. Refused is
// 409 like Conflict: the state as it is does not let it happen, and the same request
// may be fine later; 403 is for the wrong person. Canceled is 499, which no one is
// left to read.
var problems = [...]Problem{
	{Kind: prentice.Internal, Exit: 1, Status: http.StatusInternalServerError, Title: "Internal error", Advice: "a fault of prentice; report it"},
	{Kind: prentice.Invalid, Exit: 2, Status: http.StatusUnprocessableEntity, Title: "That cannot be used as it is", Advice: "the input is wrong; change it"},
	{Kind: prentice.NotFound, Exit: 3, Status: http.StatusNotFound, Title: "There is nothing here", Advice: "there is no such thing; look at what there is"},
	{Kind: prentice.Unauthenticated, Exit: 4, Status: http.StatusUnauthorized, Title: "Sign in first", Advice: "you are not signed in; sign in"},
	{Kind: prentice.Denied, Exit: 4, Status: http.StatusForbidden, Title: "You may not do that", Advice: "you may not; ask someone who may"},
	{Kind: prentice.Refused, Exit: 5, Status: http.StatusConflict, Title: "Refused", Advice: "policy, a limit or a law said no; read the reasons"},
	{Kind: prentice.Conflict, Exit: 6, Status: http.StatusConflict, Title: "The state has changed", Advice: "the state has changed; check it and decide again"},
	{Kind: prentice.Limited, Exit: 7, Status: http.StatusTooManyRequests, Title: "Too much, or too fast", Advice: "too much or too fast; ask for less or later", Again: time.Minute},
	{Kind: prentice.Unavailable, Exit: 8, Status: http.StatusServiceUnavailable, Title: "Something that is needed is not there", Advice: "something that is needed is down or full; fix it and try again"},
	{Kind: prentice.Canceled, Exit: 130, Status: 499, Title: "Stopped before it was done", Advice: "the caller gave up"},
}

// NotWell is the exit code of an output that was got without an error and says
// no: the run did not end well, what was checked did not pass.
const NotWell = 9

// NotKnown is the exit code of an output that was got without an error and says neither
// yes nor no: what had to be judged could not be. It is never a pass.
const NotKnown = 10

// Exit is an exit code and when a process ends with it.
type Exit struct {
	Code int
	When string
}

// Exits are the exit codes of every command.
func Exits() []Exit {
	return []Exit{
		{0, "done, or nothing to do"},
		{1, "a fault of prentice itself; report it"},
		{2, "the command, a flag or the input is wrong; change it"},
		{3, "there is no such thing"},
		{4, "not signed in, or not permitted"},
		{5, "refused by policy, a limit or a law; the reasons are printed"},
		{6, "the state has changed in the meantime; check it and decide again"},
		{7, "too much or too fast; ask for less, or later"},
		{8, "something that is needed is down or full"},
		{NotWell, "the run did not end well, or what was checked did not pass"},
		{NotKnown, "what had to be checked could not be judged, or nothing was: this is no pass"},
		{130, "interrupted"},
	}
}

// Problems are the meanings of all kinds, in their order.
func Problems() []Problem { return problems[:] }

// ProblemOf is what an error of a kind means. A kind that no one knows is a fault of
// ours.
func ProblemOf(kind prentice.Kind) Problem {
	if int(kind) >= len(problems) {
		kind = prentice.Internal
	}
	return problems[kind]
}

// KindOf is the kind of that name. Something between client and server may have
// answered without one; then the status has to do.
func KindOf(name string, status int) prentice.Kind {
	for _, p := range problems {
		if p.Kind.String() == name {
			return p.Kind
		}
	}
	for _, p := range problems {
		if p.Status == status && p.Kind != prentice.Refused {
			return p.Kind
		}
	}
	switch {
	case status == http.StatusRequestEntityTooLarge:
		return prentice.Limited
	case status == http.StatusBadGateway || status == http.StatusGatewayTimeout:
		return prentice.Unavailable
	case status >= 400 && status < 500:
		return prentice.Invalid
	}
	return prentice.Internal
}
