package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/boot"
	"prentice/internal/op"
)

// hosts is how many there are in the measured team: more than there are runs in
// flight, because a run locks its host.
const hosts = 128

// writeTeam makes a team of local hosts and the procedures given by name.
func writeTeam(dir string, procedures map[string]string) error {
	var catalog strings.Builder
	catalog.WriteString("apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: shop\n  annotations:\n    prentice.dev/hosts: h0\nspec: {type: service, lifecycle: production, owner: group:crew}\n---\n" +
		"apiVersion: backstage.io/v1alpha1\nkind: Group\nmetadata: {name: crew}\nspec: {type: team, children: []}\n")
	for i := range hosts {
		fmt.Fprintf(&catalog, "---\napiVersion: backstage.io/v1alpha1\nkind: Resource\nmetadata:\n  name: h%d\n  annotations:\n    prentice.dev/local: \"true\"\n    prentice.dev/place: h%d\nspec: {type: host, owner: group:crew}\n", i, i)
	}
	files := map[string]string{"catalog-info.yaml": catalog.String(), "policy.yaml": rules, "limits.yaml": wide}
	for name, text := range procedures {
		files["procedures/"+name+".md"] = text
	}
	return writeFiles(dir, files)
}

func writeFiles(dir string, files map[string]string) error {
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}

const rules = `rules:
  - name: bench-asks
    when: plan.procedure.startsWith("asked")
    priority: 10
    verdict: ask
    reason: It measures approvals.
    approvers: 1
    role: approver
    expires: 24h
  - name: bench-runs
    when: "!plan.procedure.startsWith('asked')"
    verdict: allow
    reason: It measures runs.
`

// wide is limits that a measurement does not meet: it is not of them.
const wide = `runs_per_hour: {installation: 1000000, procedure: 1000000, service: 1000000, target: 1000000}
at_once: {installation: 10000, system: 10000, service: 10000}
flapping: {fixed: 1000}
`

const front = `---
procedure: %s
summary: A measured procedure
owner: group:crew
review_by: 2030-01-01
%sinputs:
  host: {type: host%s}
targets: host(inputs.host)
limits: {max_targets: 1, cooldown: 0s, timeout: 30s, approval_expires: 24h}
---

# Measure

## Act

%s`

// three is a procedure of three trivial steps.
func three(name, on, from string) string {
	steps := ""
	for _, id := range []string{"one", "two", "three"} {
		steps += fmt.Sprintf("```wait id=%s for=0s where=target\n```\n\n", id)
	}
	return fmt.Sprintf(front, name, on, from, steps)
}

// world is prentice in this process, acting on a folder of its own.
type world struct {
	*boot.System
	work   *boot.Work
	folder string
}

func newWorld(ctx context.Context, database string, procedures map[string]string) (*world, error) {
	folder, err := os.MkdirTemp("", "prentice-bench-")
	if err != nil {
		return nil, err
	}
	if err := writeTeam(filepath.Join(folder, "team"), procedures); err != nil {
		return nil, err
	}
	return openWorld(ctx, folder, database, "")
}

// openWorld is a world on a folder that has a team, as one of several replicas if
// it has a name among them.
func openWorld(ctx context.Context, folder, database, replica string) (*world, error) {
	set, err := boot.Settings{Data: filepath.Join(folder, "data"), Team: filepath.Join(folder, "team"), Database: database, Owner: "olga", Replica: replica}.Filled()
	if err != nil {
		return nil, err
	}
	w := &world{folder: folder}
	if w.System, err = boot.Open(ctx, set, slog.New(slog.DiscardHandler), boot.Acts); err != nil {
		return nil, err
	}
	for _, who := range []prentice.Actor{operator, approver} { // anyone who agrees must still be someone when the run begins
		if _, err := w.Identity.AddPerson(ctx, who.Name, who.Role); err != nil && prentice.KindOf(err) != prentice.Conflict {
			return nil, err
		}
	}
	if w.work, err = w.Begin(ctx); err != nil {
		return nil, err
	}
	return w, nil
}

func (w *world) close() {
	if err := w.work.End(); err != nil {
		fmt.Fprintln(os.Stderr, "bench: end:", err)
	}
	if err := w.Close(); err != nil {
		fmt.Fprintln(os.Stderr, "bench: close:", err)
	}
	os.RemoveAll(w.folder)
}

var operator = prentice.Actor{Kind: prentice.Person, Name: "bob", Role: prentice.Operator, Door: "api"}
var approver = prentice.Actor{Kind: prentice.Person, Name: "ann", Role: prentice.Approver, Door: "api"}

// ask asks the door and reads the answer as JSON.
func (w *world) ask(ctx context.Context, actor prentice.Actor, name string, in map[string]any, out any) error {
	raw, err := json.Marshal(in)
	if err != nil {
		return err
	}
	answer, err := w.App.Invoke(ctx, op.Request{Actor: actor, Op: name, In: json.RawMessage(raw)})
	if err != nil {
		return err
	}
	if raw, err = json.Marshal(answer); err != nil || out == nil {
		return err
	}
	return json.Unmarshal(raw, out)
}

// percentile is the value below which a share of the sorted times lies.
func percentile(times []time.Duration, share float64) float64 {
	slices.Sort(times)
	return float64(times[min(len(times)-1, int(share*float64(len(times))))].Microseconds()) / 1000
}
