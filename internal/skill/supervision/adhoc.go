package supervision

import (
	"context"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/op"
)

type adhocIn struct {
	Targets     string        `json:"targets" label:"hosts" doc:"On which hosts: their names with commas between, a pattern such as web-*, all, or an expression that gives a list of them." example:"web-1,web-2" maxLength:"10000"`
	Command     []string      `json:"command,omitempty" arg:"1" doc:"The command. Given whole, it is a script for sh; given in words, each reaches the program as it was typed."`
	Script      string        `json:"script,omitempty" file:"true" maxLength:"65536" doc:"A script for sh instead of a command."`
	Risk        string        `json:"risk,omitempty" enum:"look,change,danger" default:"change" doc:"What can go wrong: it reads only, can be undone, or cannot."`
	Sudo        bool          `json:"sudo,omitempty" doc:"As root, by sudo without a password."`
	Parallel    int           `json:"parallel,omitempty" label:"hosts at a time" minimum:"1" maximum:"1000" default:"10" doc:"On how many hosts at a time, after the first one came out well."`
	MaxFailures string        `json:"max_failures,omitempty" label:"failures allowed" maxLength:"10" example:"10%" doc:"On how many hosts, or per cent of them, it may fail before no other is begun; without it, one."`
	Timeout     time.Duration `json:"timeout,omitempty" label:"time on one host" doc:"How long it may take on one host; 5m if nothing is said."`
	Reason      string        `json:"reason,omitempty" doc:"Why, in one sentence, for the approver." maxLength:"2000"`
	When        string        `json:"when,omitempty" enum:"now,window" doc:"With window it waits until the calendar lets it begin; otherwise a freeze refuses it."`
}

func (d Deps) adhocOp() op.Op {
	return op.About(op.New("run.adhoc", prentice.Change, prentice.Operator, "Ask for a command on hosts, without a procedure.", d.adhoc), d.wouldReach).
		WithExample(`prentice run adhoc --targets 'group("web").hosts' --risk look --reason 'how full are they?' -- df -h /`).
		WithHelp("The command is a plan like any other: its hosts and its text are hashed, locked, logged and kept as evidence. No one has approved the text beforehand, so the built-in policy asks a person whatever risk is claimed; a rule of the team may allow it by naming plan.procedure == \"adhoc\".\n\n" +
			"Targets are names of hosts with commas between, patterns such as web-*, or all; or an expression: hosts(), group(\"web\").hosts, service(\"checkout\").hosts, except(a, b), both(a, b), a + b, resource(\"orders-db\"), and hosts().filter(h, h.facts.rack == \"a\"). None is refused.\n\n" +
			"The command finds its host in TARGET_NAME, TARGET_REF, TARGET_ADDRESS and TARGET_ followed by the name of a fact. What is typed is kept forever, so no password belongs there. On a command line everything behind -- is the command, and with --wait it tells what happens and ends as the run does.")
}

func (d Deps) adhoc(ctx context.Context, c op.Call, in adhocIn) (Asked, error) {
	req, err := in.request(c.Actor)
	if err != nil {
		return Asked{}, err
	}
	run, err := d.Runner.Start(ctx, req)
	return Asked{RunOut{run}}, err
}

func (in adhocIn) request(by prentice.Actor) (prentice.RunRequest, error) {
	script, err := in.script()
	if err != nil {
		return prentice.RunRequest{}, err
	}
	a := prentice.Adhoc{Targets: targetsOf(in.Targets), Script: script, Risk: prentice.Change, Sudo: in.Sudo, Parallel: in.Parallel, MaxFailures: in.MaxFailures, Timeout: in.Timeout}
	if in.Risk != "" {
		if a.Risk, err = prentice.ParseRisk(in.Risk); err != nil {
			return prentice.RunRequest{}, err
		}
	}
	if a.Parallel == 0 { // a form or a program that leaves it out
		a.Parallel = prentice.AdhocParallel
	}
	if a.Timeout == 0 {
		a.Timeout = prentice.AdhocTimeout
	}
	return prentice.RunRequest{Procedure: prentice.AdhocName, Adhoc: &a, Reason: in.Reason, Actor: by, Window: in.When == window}, nil
}

func (in adhocIn) script() (string, error) {
	switch {
	case len(in.Command) > 0 && in.Script != "":
		return "", prentice.Errorf(prentice.Invalid, "there is a command and a script").Try("give one of them")
	case len(in.Command) == 1:
		return in.Command[0], nil
	case len(in.Command) > 1:
		return quoted(in.Command), nil
	case in.Script == "":
		return "", prentice.Errorf(prentice.Invalid, "there is no command").Try("write it behind --, such as: prentice run adhoc --targets 'hosts()' -- uptime")
	}
	return in.Script, nil
}

// quoted is a command line for sh in which every word is what was typed: no
// word splits, expands, or means something to the shell.
func quoted(words []string) string {
	list := make([]string, len(words))
	for i, w := range words {
		list[i] = w
		if w == "" || strings.Trim(w, plainLetters) != "" || i == 0 && slices.Contains(shellWords, w) {
			list[i] = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
		}
	}
	return strings.Join(list, " ")
}

const plainLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:@%+,"

// shellWords mean something to sh where a command begins.
var shellWords = []string{"if", "then", "else", "elif", "fi", "for", "do", "done", "while", "until", "case", "esac", "in", "time", "function", "select", "coproc"}

// wouldReach is what a wish for a command would act on, by its plan.
func (d Deps) wouldReach(ctx context.Context, in adhocIn) ([]prentice.Ref, error) {
	req, err := in.request(prentice.Actor{})
	if err != nil || d.Touches == nil {
		return nil, err
	}
	return d.Touches(ctx, req)
}
