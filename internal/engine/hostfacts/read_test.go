package hostfacts

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"
	"time"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

const answer = `Welcome to web1!
== date
%s
== stat
cpu  100 0 50 800 50 0 0 0 7 0
cpu0 50 0 25 400 25 0 0 0 0 0
cpu1 50 0 25 400 25 0 0 0 0 0
== meminfo
MemTotal:       1000 kB
MemFree:        1 kB
MemAvailable:   250 kB
SwapTotal:      100 kB
SwapFree:       90 kB
== loadavg
0.50 0.40 0.30 1/200 999
== uptime
3600.50 7000.00
== files
1024	0	9223372036854775807
== connections
200
1000
== sockets
sockets: used 100
TCP: inuse 12 orphan 0
== mounts
/dev/sda1 / ext4 rw 0 0
/dev/sda1 /srv/again ext4 rw 0 0
/dev/loop1 /snap/core squashfs ro 0 0
/dev/sdb1 /my\040disk xfs rw 0 0
tmpfs /run tmpfs rw 0 0
== disks
Filesystem 1024-blocks Used Available Capacity Mounted on
/dev/sda1 1000 400 500 45%% /
/dev/sda1 1000 400 500 45%% /srv/again
/dev/loop1 100 100 0 100%% /snap/core
/dev/sdb1 2000 2000 0 100%% /my disk
tmpfs 100 0 100 0%% /run
rubbish
== inodes
Filesystem Inodes IUsed IFree IUse%% Mounted on
/dev/sda1 100 40 60 40%% /
/dev/sdb1 0 0 0 - /my disk
== updates
apt 12
restart 1
== end
`

func at(t time.Time) string { return fmt.Sprintf("%d.%09d", t.Unix(), t.Nanosecond()) }

func TestALookSaysWhatAMachineHas(t *testing.T) {
	sent, heard := noon, noon.Add(200*time.Millisecond)
	f, err := Read(Answer{fmt.Sprintf(answer, at(noon.Add(5*time.Second))), sent, heard})
	if err != nil {
		t.Fatal(err)
	}
	if f.CPUs != 2 || f.Ticks != (Ticks{1000, 850}) || f.Busy != -1 {
		t.Errorf("%d %+v %v", f.CPUs, f.Ticks, f.Busy)
	}
	if f.Memory != (Amount{750 * 1024, 1000 * 1024}) || f.Swap != (Amount{10 * 1024, 100 * 1024}) {
		t.Errorf("%+v %+v", f.Memory, f.Swap)
	}
	if f.Handles.Known() || f.Connections != (Amount{200, 1000}) || f.Sockets != 12 || f.Uptime != 3601*time.Second && f.Uptime != 3600*time.Second {
		t.Errorf("a limit that is none is not known: %+v %+v %d %s", f.Handles, f.Connections, f.Sockets, f.Uptime)
	}
	if len(f.Disks) != 2 || f.Disks[0].Mount != "/" || f.Disks[0].Bytes != (Amount{400 * 1024, 900 * 1024}) || f.Disks[0].Inodes != (Amount{40, 100}) || f.Disks[1].Mount != "/my disk" || f.Disks[1].Inodes.Known() {
		t.Errorf("images, twins and what the kernel has are no disks: %+v", f.Disks)
	}
	if f.Clock.Wrong() != 4800*time.Millisecond || f.Updates.Pending != 12 || !f.Updates.Restart {
		t.Errorf("%+v %+v", f.Clock, f.Updates)
	}
}

func TestAClockThatMayBeRightIsNotWrong(t *testing.T) {
	for _, c := range []struct {
		says  string
		wrong time.Duration
	}{
		{at(noon.Add(100 * time.Millisecond)), 0},
		{at(noon.Add(-time.Second)), time.Second},
		{fmt.Sprintf("%d.%%N", noon.Unix()), 0}, // busybox knows no parts of a second
		{fmt.Sprintf("%d", noon.Add(-2*time.Second).Unix()), time.Second},
		{"99999999999999999999", 0},
	} {
		if got := clock([]string{c.says}, Answer{Sent: noon, Heard: noon.Add(200 * time.Millisecond)}).Wrong(); got != c.wrong {
			t.Errorf("%s is off by %s, not %s", c.says, got, c.wrong)
		}
	}
}

func TestProcessorsAreJudgedBetweenTwoLooks(t *testing.T) {
	was := Facts{Ticks: Ticks{1000, 800}, Updates: Updates{At: noon, Pending: 3}}
	if f := (Facts{Ticks: Ticks{2000, 1050}}).After(was); f.Busy != 0.75 || f.Updates.Pending != 3 {
		t.Errorf("%+v", f)
	}
	for _, now := range []Ticks{{}, {500, 100}, {1000, 800}, {2000, 700}, {1100, 1800}} {
		if f := (Facts{Ticks: now}).After(was); f.Busy != -1 {
			t.Errorf("%+v: a machine that began again, or lies, has no share: %v", now, f.Busy)
		}
	}
}

func TestEachHostHasAMomentOfItsOwn(t *testing.T) {
	moments := map[time.Duration]bool{}
	for i := range 50 {
		moments[offset(fmt.Sprintf("web%d", i), 5*time.Minute)] = true
	}
	if len(moments) < 45 {
		t.Errorf("50 hosts have %d moments", len(moments))
	}
	last, dues := noon, 0
	for s := range 3600 {
		if now := noon.Add(time.Duration(s) * time.Second); Due(now, last, "web1", 5*time.Minute) {
			last, dues = now, dues+1
		}
	}
	if dues != 12 || !Due(noon, time.Time{}, "web1", time.Hour) || !Due(noon, noon.Add(time.Hour), "web1", time.Hour) {
		t.Errorf("%d looks in an hour", dues)
	}
}

func TestAnAnswerWithoutItsEndIsNoLook(t *testing.T) {
	cut := &Cut{}
	for range 40 {
		cut.Write([]byte(strings.Repeat("x", 10_000))) //nolint:errcheck // it takes all
	}
	if !cut.Over || len(cut.String()) != Most {
		t.Errorf("%d bytes were kept", len(cut.String()))
	}
	for _, text := range []string{"", cut.String(), "== date\n1\n"} {
		if _, err := Read(Answer{Text: text}); err == nil {
			t.Errorf("%.20q is a look", text)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(fmt.Sprintf(answer, at(noon)))
	f.Add("== disks\n/ 99999999999999999999 1 1 1% /\n== end\n")
	f.Add("== stat\ncpu NaN Inf -1 1e999 9223372036854775807 9223372036854775807\n== end\n")
	f.Fuzz(func(t *testing.T, text string) {
		got, err := Read(Answer{Text: text, Sent: noon, Heard: noon.Add(time.Second)})
		if err != nil {
			return
		}
		for _, a := range []Amount{got.Memory, got.Swap, got.Handles, got.Connections} {
			if a.Used < 0 || a.Limit < 0 {
				t.Errorf("%+v", a)
			}
		}
		for _, d := range got.Disks {
			if d.Bytes.Used < 0 || d.Bytes.Limit <= 0 || strings.ContainsAny(d.Mount, "\n\x1b") {
				t.Errorf("%+v", d)
			}
		}
	})
}

// first keeps when the first word came, as the caller does.
type first struct {
	Cut
	at time.Time
}

func (f *first) Write(p []byte) (int, error) {
	if f.at.IsZero() {
		f.at = time.Now()
	}
	return f.Cut.Write(p)
}

func TestTheScriptReadsThisMachineInEachShell(t *testing.T) {
	for _, shell := range [][]string{{"sh"}, {"dash"}, {"bash"}, {"busybox", "sh"}} {
		if _, err := exec.LookPath(shell[0]); err != nil {
			t.Logf("SKIPPED: there is no %s", shell[0])
			continue
		}
		out, sent := &first{}, time.Now()
		c := exec.Command(shell[0], append(shell[1:], "-c", Script(false))...)
		c.Stdout = out
		if err := c.Run(); err != nil {
			t.Errorf("%v: %v", shell, err)
			continue
		}
		f, err := Read(Answer{out.String(), sent, out.at})
		if err != nil || f.CPUs < 1 || !f.Memory.Known() || len(f.Load) != 3 || f.Clock.Wrong() > 0 {
			t.Errorf("%v: %+v %v\n%s", shell, f, err, out.String())
		}
	}
}
