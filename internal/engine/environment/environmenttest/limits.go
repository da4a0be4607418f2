package environmenttest

import (
	"strings"
	"testing"

	"prentice/internal/engine/environment"
)

func memory(t *testing.T, b *bench) {
	if b.NoMemory {
		t.Skip("SKIPPED: memory is not limited on this machine")
	}
	hungry := b.Service("hungry", `busybox dd if=/dev/zero of=/dev/null bs=400M count=1; echo "survived $?"; exit 0`)
	hungry.Entrypoint, hungry.Command = nil, []string{"busybox", "dd", "if=/dev/zero", "of=/dev/null", "bs=400M", "count=1"}
	hungry.Limits = environment.Limits{Memory: 64 << 20}
	s := b.spec(t, hungry, b.web("web"))
	b.makes(t, s)
	if st := b.ended(t, s.ID, "hungry"); !st.Killed || st.Code == 0 {
		t.Errorf("%+v; it printed %q", st, b.printed(t, s.ID, "hungry"))
	}
	if got := b.ready(t, s.ID, "web", 8080); got != "this is web" {
		t.Errorf("the other says %q", got)
	}
}

func forks(t *testing.T, b *bench) {
	if b.NoProcesses {
		t.Skip("SKIPPED: processes are not limited on this machine")
	}
	bomb := b.Service("bomb", `f() { f | f & }; f; while :; do busybox sleep 1; done`)
	bomb.Limits = environment.Limits{Processes: 100}
	s := b.spec(t, b.web("web"), bomb)
	b.makes(t, s)
	b.ready(t, s.ID, "web", 8080)
	for range 10 {
		if got := b.says(t, s.ID, "web", get("localhost:8080")); got != "this is web[0]" {
			t.Errorf("the other says %q", got)
		}
		u, err := b.Use(t.Context(), s.ID)
		if err != nil || u.Processes > 130 {
			t.Errorf("%+v %v", u, err)
		}
	}
	if err := b.Remove(t.Context(), s.ID); err != nil {
		t.Fatal(err)
	}
	b.gone(t, s.ID)
}

func disk(t *testing.T, b *bench) {
	if b.NoDisk {
		t.Skip("SKIPPED: what is written is not limited on this machine")
	}
	fills := b.Service("fills", `i=0; while [ $i -lt 200 ]; do busybox dd if=/dev/zero of=/data/$i bs=1M count=16 2>/dev/null || exit 9; i=$((i+1)); busybox sleep 0.05; done; exit 0`)
	fills.Mounts = []environment.Mount{{Volume: "data", To: "/data"}}
	s := b.spec(t, fills)
	s.Volumes, s.Limits = []string{"data"}, environment.Limits{Disk: 64 << 20}
	b.makes(t, s)
	st := b.ended(t, s.ID, "fills")
	if st.Code == 0 || st.Code == endedByKill && !strings.Contains(st.Said, "bytes") {
		t.Errorf("%+v", st)
	}
}

// endedByKill is the code of a program that the kernel ended.
const endedByKill = 137
