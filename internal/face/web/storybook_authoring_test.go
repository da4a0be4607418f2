package web

import (
	"time"

	"prentice"
	"prentice/internal/engine/procedure"
	"prentice/internal/skill/automation"
)

func someVersions(full bool) automation.Histories {
	out := automation.Histories{Procedure: "restart-service", Versions: []automation.Version{}}
	if !full {
		return out
	}
	commit := func(id, author, subject string, days int) *procedure.Commit {
		return &procedure.Commit{ID: id + "0123456789abcdef0123456789", Author: author, Subject: subject, Time: noon.Add(-time.Duration(days) * 24 * time.Hour)}
	}
	out.Versions = []automation.Version{
		{Digest: "sha256:9f2c81d09f2c81d0", Runs: 7, InForce: true, Newest: []prentice.Ref{"run/49", "run/41"}, Commit: commit("3fa9c1", "Ann Archer", "restart-service: wait until it is quiet", 2)},
		{Digest: "sha256:77aa01", Commit: commit("77b0e2", "Otto <script>alert(1)</script> Ogden", "a subject that is as long as subjects are when someone tells a whole story in the first line of a commit and does not stop", 30)},
		{Digest: "sha256:41f00d", Runs: 1, Newest: []prentice.Ref{"run/12"}},
	}
	return out
}

func someDiff(full bool) automation.Diffed {
	out := automation.Diffed{A: "restart-service@77b0e2", B: "restart-service", Changes: []procedure.Change{}}
	if !full {
		return out
	}
	out.Errors = []string{"restart-service@77b0e2 has 1 error, and more may differ: procedures/restart-service.md:3:1: unknown key \"sumary\""}
	out.Changes = []procedure.Change{
		{What: "limit max targets", Old: "2", New: "5"},
		{What: "input version: pattern", New: "v[0-9]+\\.[0-9]+<b>"},
		{What: "worst risk", Old: "change", New: "danger"},
		{What: "step restart: body", Old: "a\nb\n", New: "a\nc\n", Lines: "@@ -1,3 +1,3 @@\n set -eu\n-systemctl restart \"$SERVICE_UNIT\"\n+systemctl reload-or-restart \"$SERVICE_UNIT\" # and a remark that is so long that it does not fit into the width of a narrow screen\n"},
		{What: "step warm", Old: "sh in act, risk change: curl -fsS http://localhost/warm"},
	}
	return out
}
