package boot

import (
	"io/fs"
	"strings"
	"testing"
	"time"
)

func TestDoctorJudgesWhatItSees(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	made := func(ago time.Duration) *lastBackup { return &lastBackup{File: "/b/x.tar.gz", Made: now.Add(-ago)} }
	shrunk := func(ago time.Duration, by int64) checked { // of a disk that has 10 GB left
		list := filling(trend{{now.Add(-40 * time.Hour), 1}, {now.Add(-ago), 10<<30 + by}, {now.Add(-time.Hour), 11 << 30}}, now, 10<<30)
		if len(list) == 0 {
			return good("disk", "does not fill")
		}
		return list[0]
	}
	for what, c := range map[string]struct {
		is   checked
		want health
		says string
	}{
		"loopback alone":                             {listening(Settings{Listen: "127.0.0.1:7400"}), fine, "this machine alone"},
		"a name":                                     {listening(Settings{Listen: "localhost:7400"}), fine, ""},
		"the world, without a proxy":                 {listening(Settings{Listen: "0.0.0.0:7400", Remote: true}), broken, "without TLS"},
		"no address, without a proxy":                {listening(Settings{Listen: ":7400", Remote: true}), broken, "without TLS"},
		"the world, without a name":                  {listening(Settings{Listen: "[::]:7400", Remote: true, Proxies: "10.0.0.0/8"}), broken, "no name of it"},
		"behind a proxy that is unknown":             {listening(Settings{Listen: "127.0.0.1:7400", Hosts: "ops.example.org"}), advice, "no proxy is named"},
		"behind a proxy":                             {listening(Settings{Listen: "127.0.0.1:7400", Hosts: "ops.example.org", Proxies: "127.0.0.1"}), fine, "behind 127.0.0.1"},
		"at an address behind a proxy":               {listening(Settings{Listen: "127.0.0.1:7400", PublicURL: "https://ops.example.org/prentice", Proxies: "127.0.0.1"}), fine, "as https://ops.example.org/prentice behind"},
		"at an address, without a proxy":             {listening(Settings{Listen: "127.0.0.1:7400", PublicURL: "https://ops.example.org/prentice"}), advice, "no proxy is named"},
		"a disk with room":                           {roomLeft("/d", 2<<30), fine, "2048 MB"},
		"a disk with little room":                    {roomLeft("/d", 500<<20), advice, ""},
		"a disk with no room":                        {roomLeft("/d", 10<<20), broken, "10 MB"},
		"SQLite on NFS":                              {fileSystem(0x6969, false), broken, "NFS"},
		"keys on NFS":                                {fileSystem(0x6969, true), advice, "NFS"},
		"a disk in memory":                           {fileSystem(0x01021994, true), broken, "tmpfs"},
		"a container":                                {fileSystem(0x794c7630, false), advice, "volume|container"},
		"ext4":                                       {fileSystem(0xef53, false), fine, ""},
		"clocks together":                            {skewed(-300 * time.Millisecond), fine, "300ms"},
		"a database ahead":                           {skewed(5 * time.Second), broken, "5s off"},
		"a database behind":                          {skewed(-5 * time.Second), broken, "-5s off"},
		"few files":                                  {openFilesLimit(1024), advice, "1024"},
		"many files":                                 {openFilesLimit(65536), fine, ""},
		"no backup":                                  {backupAge(nil, now), advice, "none"},
		"last night's":                               {backupAge(made(12*time.Hour), now), fine, "2026-03-01 00:00 UTC"},
		"last week's":                                {backupAge(made(7*24*time.Hour), now), advice, ""},
		"tomorrow's":                                 {backupAge(made(-24*time.Hour), now), advice, "still to come"},
		"the packages' unit":                         {unitFit("LoadState=loaded\nActiveState=active\nKillMode=process\nType=notify\n")[0], fine, "active"},
		"a unit that kills the steps":                {unitFit("LoadState=loaded\nKillMode=control-group\nType=notify\n")[0], broken, "control-group"},
		"a unit that does not wait":                  {unitFit("LoadState=loaded\nKillMode=process\nType=simple\n")[0], advice, "simple"},
		"a disk that fills in ten days":              {shrunk(24*time.Hour, 1<<30), advice, "it has 1024 MB less than a day ago, and is full on 2026-03-11"},
		"a disk that fills tomorrow":                 {shrunk(12*time.Hour, 6<<30), broken, "12288 MB less"},
		"a disk that fills in a year":                {shrunk(24*time.Hour, 10<<20), fine, ""},
		"a disk that was looked at too short a time": {shrunk(2*time.Hour, 1<<30), fine, ""},
		"a disk that empties":                        {shrunk(24*time.Hour, -1<<30), fine, ""},
	} {
		says, _, _ := strings.Cut(c.says, "|")
		if c.is.State != c.want || !strings.Contains(c.is.Says, says) && !strings.Contains(c.is.Says, strings.TrimPrefix(c.says, says+"|")) || (c.want != fine) != (c.is.Try != "") {
			t.Errorf("%s: %+v", what, c.is)
		}
	}
	if list := unitFit("LoadState=not-found\n"); list != nil {
		t.Error("a unit that is not there is judged")
	}
	for name, mode := range map[string]fs.FileMode{"keys/ledger.pub": 0o644, "keys/ledger.key": 0o600, "ssh/known_hosts": 0o644} {
		if tooOpen(name, mode) {
			t.Errorf("%s may be %v", name, mode)
		}
	}
	if !tooOpen("keys/ledger.key", 0o640) || !tooOpen("secrets/x.age", 0o604) {
		t.Error("a key that others can read is fine")
	}
	if d := diagnosed([]checked{but(advice, "a", "b", "c")}); d.ExitCode() != 0 || d.Advice != 1 {
		t.Error("advice alone is no success")
	}
}
