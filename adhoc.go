package prentice

import "time"

// AdhocName is the name of the procedure that an ad-hoc command is planned as. No
// file may have it.
const AdhocName = "adhoc"

// The operations that ask for a run.
const (
	OpStart = "run.start"
	OpAdhoc = "run.adhoc"
)

// OpFor is the operation that asks for a run of a procedure. The policy hears the
// same name when the operation is called and when its plan is judged.
func OpFor(procedure string) string {
	if procedure == AdhocName {
		return OpAdhoc
	}
	return OpStart
}

// Adhoc is a command that someone asks for without a procedure. No one has
// agreed to its text beforehand, so the risk is only what the asker claims.
type Adhoc struct {
	Targets     string // CEL to a list of hosts
	Script      string // for sh
	Risk        Risk
	Sudo        bool
	Parallel    int
	MaxFailures string // a number of targets, or per cent of them; "": the first failure stops
	Timeout     time.Duration
}

// What an ad-hoc command is taken to say when it does not.
const (
	AdhocParallel = 10
	AdhocTimeout  = 5 * time.Minute
)
