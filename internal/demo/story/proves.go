package story

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"

	"prentice"
	"prentice/internal/demo"
	"prentice/internal/engine/ledger"
	"prentice/internal/kit/dsse"
	"prentice/internal/op"
	"prentice/internal/skill/security"
)

// answers are the lines of evidence that say who did what; the others say how.
var answers = []string{"incident.opened", "run.planned", "approval.given", "run.started", "run.verified", "incident.closed"}

// proves: what happened is in a file that needs no one to be believed.
func (p *play) proves(ctx context.Context) error {
	p.chapter("The proof")
	file, key := filepath.Join(p.Data, fmt.Sprintf("run-%d.json", p.run)), filepath.Join(p.Data, "ledger.pub")
	if err := p.export(ctx, file, key); err != nil {
		return err
	}
	if err := p.Close(ctx); err != nil {
		return err
	}
	for _, name := range demo.Names() {
		_, alive := demo.Alive(p.where.State, name)
		if err := p.hold(!alive, "%s is stopped", name); err != nil {
			return err
		}
	}
	p.now("○", "The shop and prentice are stopped. What is left needs neither: the file, and the public key. To check it:")
	if err := p.verify(ctx, file, key, verified); err != nil {
		return err
	}
	if err := p.breathe(ctx, short); err != nil {
		return err
	}
	return p.forge(ctx, file, key)
}

// export writes the evidence and the key into files, and looks into them.
func (p *play) export(ctx context.Context, file, key string) error {
	run := fmt.Sprintf("run/%d", p.run)
	got, err := ask[security.Export](ctx, p.ann, "evidence.export", map[string]any{"ref": run})
	if err != nil {
		return err
	}
	public, err := ask[security.Key](ctx, p.ann, "evidence.key", nil)
	if err != nil {
		return err
	}
	if err := errors.Join(os.WriteFile(file, got.Encode(), 0o644), os.WriteFile(key, []byte(public.PEM), 0o644)); err != nil {
		return prentice.Errorf(prentice.Unavailable, "the evidence cannot be written: %w", err).Try("free space, or name another folder with --data")
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	envelope, err := dsse.Decode(raw)
	if err != nil {
		return err
	}
	var s ledger.Statement
	if err := json.Unmarshal(envelope.Payload, &s); err != nil {
		return err
	}
	p.now("●", fmt.Sprintf("The evidence of %s: %d lines, chained by their hashes and signed. The lines that say who did what:", run, len(s.Predicate.Lines)))
	return p.reads(s)
}

// reads looks whether the file says what happened.
func (p *play) reads(s ledger.Statement) error {
	found := map[string]prentice.Evidence{}
	for _, line := range s.Predicate.Lines {
		if slices.Contains(answers, line.Kind) {
			found[line.Kind] = line
			p.fact(fmt.Sprintf("line %d", line.Seq), fmt.Sprintf("%s  %-15s  by %s", line.Time.Format("15:04:05.000"), line.Kind, line.Actor))
		}
	}
	var approval struct{ Plan, Requester string }
	if err := json.Unmarshal(found["approval.given"].Data, &approval); err != nil {
		return p.hold(false, "the evidence holds the approval: %v", err)
	}
	return holdAll(
		p.hold(len(found) == len(answers), "the evidence holds all of %v", answers),
		p.hold(len(s.Subject) == 1 && "sha256:"+s.Subject[0].Digest["sha256"] == p.hash, "the file is about the plan %s", p.hash),
		p.hold(found["approval.given"].Actor == "person/ann", "ann agreed"),
		p.hold(approval.Plan == p.hash && approval.Requester == "self/prentice", "she agreed to this plan, which prentice asked for"),
		p.hold(found["run.verified"].Actor == "self/prentice", "prentice did it"),
	)
}

// The exit codes of prentice evidence verify.
const (
	verified = 0
	forged   = op.NotWell
)

// verify runs the very command that is shown, without a server or a data folder.
func (p *play) verify(ctx context.Context, file, key string, wants int) error {
	args := []string{"evidence", "verify", file, "--key", key}
	p.command(p.Called, "evidence", "verify", file, "--key "+key)
	cmd := exec.CommandContext(ctx, p.Bin, args...)
	cmd.Env, cmd.Dir = []string{"NO_COLOR=1", "PATH=" + os.Getenv("PATH")}, os.TempDir()
	var says bytes.Buffer
	cmd.Stdout, cmd.Stderr = &says, &says
	err := cmd.Run()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if ended, ok := errors.AsType[*exec.ExitError](err); err != nil && !ok {
		return prentice.Errorf(prentice.Internal, "%s cannot be run: %w", p.Bin, err)
	} else if ok && ended.ExitCode() < 0 {
		return prentice.Errorf(prentice.Internal, "evidence verify was ended by a signal: %w", err)
	}
	p.output(says.String())
	return p.hold(cmd.ProcessState.ExitCode() == wants, "evidence verify ends with exit code %d; it was %d", wants, cmd.ProcessState.ExitCode())
}

// forge changes one bit in a copy of the file, which is seen.
func (p *play) forge(ctx context.Context, file, key string) error {
	raw, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	at := len(raw) / 2
	raw[at] ^= 1
	copied := filepath.Join(p.Data, "forged.json")
	if err := os.WriteFile(copied, raw, 0o644); err != nil {
		return err
	}
	p.now("○", fmt.Sprintf("A forger changes one bit of %d bytes, in a copy:", len(raw)))
	return p.verify(ctx, copied, key, forged)
}
