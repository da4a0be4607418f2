package supervision

import (
	"context"
	"fmt"

	"prentice"
	"prentice/internal/engine/replica"
	"prentice/internal/op"
)

func (d Deps) replicaOps() []op.Op {
	return []op.Op{
		op.New("replica.list", prentice.Look, prentice.Viewer, "List the processes that share this database: who lives, who leads, and how many runs each executes.", d.replicas).
			WithExample("prentice replica list").
			WithHelp("A replica that has not said for eight seconds that it lives is dead: another takes its runs over. The one that leads also probes services, keeps the schedules and delivers events and notices. " +
				"Start one with: prentice up --replica NAME --database postgres://…"),
	}
}

func (d Deps) replicas(ctx context.Context, _ op.Call, _ nothing) (Replicas, error) {
	list, err := d.Replicas(ctx)
	return Replicas{list}, err
}

// Replicas is the processes that share a database. There are none where one
// process has it alone.
type Replicas struct {
	Replicas []replica.Replica `json:"replicas"`
}

// Table implements op.Tabler.
func (r Replicas) Table() (head []string, rows [][]string) {
	for _, x := range r.Replicas {
		leads := ""
		if x.Leads {
			leads = "leads"
		}
		rows = append(rows, []string{x.Name, LifeOf(x), leads, fmt.Sprint(x.Runs), x.URL, op.Cell(x.Joined)})
	}
	return []string{"REPLICA", "STATE", "LEAD", "RUNS", "ADDRESS", "JOINED (UTC)"}, rows
}

// LifeOf is how a replica stands, with its sign.
func LifeOf(x replica.Replica) string {
	switch x.How {
	case "":
		return prentice.Verified.Sign() + " lives"
	case "died":
		return prentice.Failed.Sign() + " died"
	}
	return prentice.Uncertain.Sign() + " " + x.How
}

// Empty implements op.Emptier.
func (Replicas) Empty() string {
	return "One process has this database alone. To share it, start several with: prentice up --replica NAME --database postgres://…"
}
