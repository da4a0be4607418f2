// Package environmenttest holds a back end of environments to what the comments of
// environment.Backend promise. Each back end runs it over the real thing: a sandbox, an engine
// of containers. Its services are scripts of a shell with busybox.
package environmenttest

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"prentice/internal/engine/environment"
)

// World is a back end that is held to its promises.
type World struct {
	// Open is the back end as a process has it that knows nothing of an earlier one: what was
	// opened before is as after its process ended.
	Open func(t *testing.T) environment.Backend

	// Service is one that performs a script with /bin/sh; busybox is on its PATH.
	Service func(name, script string) environment.Service

	// Left is what is on the machine of an environment, looked at from outside of the back end:
	// processes, networks, mounts, groups, files, names.
	Left func(t *testing.T, id string) []string

	// NoMemory, NoProcesses and NoDisk say that a limit does not hold on this machine, as the back end says itself.
	NoMemory, NoProcesses, NoDisk bool
}

// patience bounds what is waited for; a busy machine is slow.
const patience = 2 * time.Minute

// Check holds a back end to all of it.
func Check(t *testing.T, w World) {
	for _, c := range []struct {
		fact string
		test func(*testing.T, *bench)
	}{
		{"ServicesFindEachOtherByNameAndShareNoPort", names},
		{"ServicesThatShareNoNetworkDoNotReachEachOther", apart},
		{"EnvironmentsDoNotReachEachOther", pairwise},
		{"AServiceReachesNeitherTheMachineNorItsMetadata", machine},
		{"WhatListensEverywhereBindsNothingOfTheMachine", everywhere},
		{"EachMethodMayBeCalledTwice", twice},
		{"AnEnvironmentIsFoundAndBegunAgainByAProcessThatKnowsNothing", again},
		{"AProgramIsPerformedWhereAServiceRuns", exec},
		{"AShellAtATerminalIsResizedAndCtrlCEndsWhatRunsThereAndNotTheShell", terminal},
		{"LogsHaveTimesAndAreFollowedUntilTheEnvironmentIsRemoved", logs},
		{"AServiceIsStoppedByItsSignalAndThenByForce", stop},
		{"HowAServiceEndedIsAmongTheStates", ends},
		{"FilesAndPartsOfTheTreeAreWhereTheyAreToBe", files},
		{"SecretsAreOnNoCommandLineOfTheMachine", secrets},
		{"AServiceThatUsesTooMuchMemoryIsEndedAlone", memory},
		{"AServiceThatForksWithoutEndHarmsNoOther", forks},
		{"AServiceThatFillsTheDiskIsStopped", disk},
		{"AnEnvironmentIsRemovedTwiceAndAtTheSameMoment", removedTwice},
		{"AnEnvironmentIsRemovedWhileItIsMade", removedMeanwhile},
		{"HostileNamesAreRefusedAndRemoveNothing", hostile},
	} {
		t.Run(c.fact, func(t *testing.T) {
			b := &bench{World: w, Backend: w.Open(t)}
			c.test(t, b)
		})
	}
}

// bench is a back end of one test.
type bench struct {
	World
	environment.Backend
}

// spec is an environment of these services; nothing of it may be left when the test has ended.
func (b *bench) spec(t *testing.T, services ...environment.Service) environment.Spec {
	t.Helper()
	s := environment.Spec{ID: "test" + strings.ToLower(rand.Text()[:10]), Services: services}
	t.Cleanup(func() {
		if err := b.Remove(context.Background(), s.ID); err != nil {
			t.Errorf("removing %s: %v", s.ID, err)
		}
		b.gone(t, s.ID)
	})
	return s
}

// gone looks whether anything of an environment is left.
func (b *bench) gone(t *testing.T, id string) {
	t.Helper()
	if left := b.Left(t, id); len(left) > 0 {
		t.Errorf("of the environment %s is left: %s", id, strings.Join(left, ", "))
	}
	all, err := b.All(context.Background())
	if err != nil {
		t.Error(err)
	}
	for _, other := range all {
		if other == id {
			t.Errorf("%s was removed, and is among all", id)
		}
	}
}

// makes prepares an environment and begins all its services.
func (b *bench) makes(t *testing.T, s environment.Spec) {
	t.Helper()
	if err := b.Can(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	if err := b.Prepare(t.Context(), s, &said); err != nil {
		t.Fatalf("%v\n%s", err, said.String())
	}
	for _, sv := range s.Services {
		if err := b.Start(t.Context(), s, sv.Name); err != nil {
			t.Fatal(err)
		}
	}
}

// says performs a script in a service, and answers what it printed.
func (b *bench) says(t *testing.T, id, service, script string) string {
	t.Helper()
	out, code, err := b.performs(t, id, service, script)
	if err != nil {
		t.Fatalf("%s: %v", script, err)
	}
	return fmt.Sprintf("%s[%d]", out, code)
}

func (b *bench) performs(t *testing.T, id, service, script string) (string, int, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var out safe
	code, err := b.Exec(ctx, id, service, environment.Program{Argv: []string{"/bin/sh", "-c", script}, Out: &out})
	return strings.TrimSpace(out.String()), code, err
}

// until waits for something to become true.
func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	for late := time.Now().Add(patience); !is(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(late) {
			t.Fatalf("waited for %s, which did not come", what)
		}
	}
}

// state is how a service is.
func (b *bench) state(t *testing.T, id, service string) environment.State {
	t.Helper()
	all, err := b.States(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return all[service]
}

// ended waits until a service has ended, and answers how.
func (b *bench) ended(t *testing.T, id, service string) (st environment.State) {
	t.Helper()
	until(t, service+" to end", func() bool { st = b.state(t, id, service); return !st.Running && !st.Since.IsZero() })
	return st
}

// ready waits until a service answers at a port, and answers what it says there.
func (b *bench) ready(t *testing.T, id, service string, port int) (said string) {
	t.Helper()
	until(t, fmt.Sprintf("%s to answer at port %d; it is %+v and printed %q", service, port, b.state(t, id, service), b.printed(t, id, service)), func() bool {
		said = b.answer(id, service, port)
		return said != ""
	})
	return said
}

// answer is what a service says at a port to GET /; "" is that it does not.
func (b *bench) answer(id, service string, port int) string {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	c, err := b.Dial(ctx, id, service, port)
	if err != nil {
		return ""
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(20 * time.Second))
	io.WriteString(c, "GET / HTTP/1.0\r\n\r\n")
	text, _ := io.ReadAll(c)
	_, body, _ := strings.Cut(string(text), "\r\n\r\n")
	return strings.TrimSpace(body)
}

// printed is what a service printed until now.
func (b *bench) printed(t *testing.T, id, service string) string {
	r, err := b.Logs(t.Context(), id, service, time.Time{}, false)
	if err != nil {
		return err.Error()
	}
	defer r.Close()
	text, _ := io.ReadAll(io.LimitReader(r, 1<<20))
	return strings.TrimSpace(string(text))
}

// web is a service that says who it is at port 8080.
func (b *bench) web(name string) environment.Service {
	sv := b.Service(name, `echo begun >>/tmp/begun; mkdir -p /tmp/www && echo "this is $ME" >/tmp/www/index.html && exec busybox httpd -f -p 8080 -h /tmp/www`)
	sv.Env, sv.Ports = map[string]string{"ME": name}, []int{8080}
	return sv
}

// get is a script that fetches an address and prints what it says, or that it does not.
func get(address string) string {
	return `busybox timeout 20 busybox wget -q -O - "http://` + address + `/" 2>/dev/null || echo unreached`
}

// safe is a buffer that is written to while it is read.
type safe struct {
	mu sync.Mutex
	b  bytes.Buffer
}

// Write implements io.Writer.
func (s *safe) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safe) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}
