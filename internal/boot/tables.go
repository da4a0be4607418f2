package boot

import (
	"context"
	"io/fs"

	"prentice/internal/app"
	"prentice/internal/engine/artifact"
	"prentice/internal/engine/change"
	"prentice/internal/engine/choices"
	"prentice/internal/engine/claims"
	"prentice/internal/engine/environment"
	"prentice/internal/engine/experiment"
	"prentice/internal/engine/heartbeat"
	"prentice/internal/engine/identity"
	"prentice/internal/engine/inbox"
	"prentice/internal/engine/ledger"
	"prentice/internal/engine/notice"
	"prentice/internal/engine/outgoing"
	"prentice/internal/engine/policy"
	"prentice/internal/engine/prototype"
	"prentice/internal/engine/release"
	"prentice/internal/engine/replica"
	"prentice/internal/engine/retention"
	"prentice/internal/engine/run"
	"prentice/internal/engine/series"
	"prentice/internal/engine/silence"
	"prentice/internal/engine/webhook"
)

// owner is someone who has tables, and the files that make them.
type owner struct {
	name  string
	files fs.FS
}

// tables is every owner of tables.
func tables() []owner {
	list := []owner{{"ledger", ledger.Schema()}, {"inbox", inbox.Schema()}, {"replica", replica.Schema()}, {"runner", run.Schema()}, {"notice", notice.Schema()}, {"app", app.Schema()}, {"policy", policy.Schema()}, {"silence", silence.Schema()}, {"retention", retention.Schema()}, {"identity", identity.Schema()}, {"claims", claims.Schema()}, {"series", series.Schema()}, {"webhook", webhook.Schema()}, {"choices", choices.Schema()}, {"change", change.Schema()}, {"outgoing", outgoing.Schema()}, {"prototype", prototype.Schema()}}
	list = append(list, owner{"artifact", artifact.Schema()}, owner{"release", release.Schema()})
	list = append(list, owner{"environment", environment.Schema()})
	list = append(list, owner{"experiment", experiment.Schema()}, owner{"heartbeat", heartbeat.Schema()})
	for _, sk := range Describe() {
		if sk.Files == nil {
			continue
		}
		sub, err := fs.Sub(sk.Files, "schema")
		if err != nil {
			continue
		}
		if _, err := fs.Stat(sub, "."); err == nil { // else a skill without tables
			list = append(list, owner{sk.Name, sub})
		}
	}
	return list
}

// unchanged refuses to bring tables up to date while others work on them.
func (s *System) unchanged(ctx context.Context, owners []owner) error {
	for _, o := range owners {
		at, wanted, err := s.db.Versions(ctx, o.name, o.files)
		if err != nil {
			return storeTrouble(s.Settings.address(), err)
		}
		if at < wanted {
			return s.replicas.Unchanged(ctx)
		}
	}
	return nil
}
