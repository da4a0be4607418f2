package boot

import (
	"time"

	tasks "prentice/internal/engine/maintenance"
	"prentice/internal/skill/maintenance"
)

// maintenance is what the chapter of that name needs.
func (s *System) maintenance() maintenance.Deps {
	return maintenance.Deps{
		DB: s.db, Clock: time.Now, Log: s.log,
		Set:  func() *tasks.Set { return s.Team.now.Load().maintenance() },
		Runs: s.runsAfter, Given: s.givenTo, Inputs: s.inputsOf,
		Claims: s.claimed, Send: s.inbox.Send, Record: s.ledger.Append,
	}
}
