package boot

import (
	"fmt"
	"io/fs"
	"net"
	"path/filepath"
	"strings"
	"time"
)

// The rules by which doctor judges what it saw.

// listening judges where the pages are reached.
func listening(set Settings) checked {
	const about = "listening"
	host, _, _ := net.SplitHostPort(set.Listen) // Filled has looked at it
	ip := net.ParseIP(host)
	local := host == "localhost" || ip != nil && ip.IsLoopback()
	names := strings.Join(set.hosts(), ", ")
	if set.PublicURL != "" {
		names = set.PublicURL
	}
	switch {
	case !local && set.Proxies == "":
		return but(broken, about, set.Listen+" is reached from other machines without TLS: anyone on the way reads tokens and sessions",
			"listen on 127.0.0.1 behind a proxy that speaks TLS, and name it in proxies")
	case !local && names == "":
		return but(broken, about, set.Listen+" is reached from other machines, and no name of it is known: every request is refused", "write the address that people use into public_url")
	case names != "" && set.Proxies == "":
		return but(advice, about, fmt.Sprintf("%s, as %s; no proxy is named, so that everyone seems to come from the proxy's address and shares its limit of wrong sign-ins", set.Listen, names),
			`write the proxy's address into proxies, such as proxies = "127.0.0.1"`)
	case names == "":
		return good(about, "%s, for this machine alone", set.Listen)
	}
	return good(about, "%s, as %s behind %s", set.Listen, names, set.Proxies)
}

// What a disk should have left, and must have.
const (
	enoughRoom = 1 << 30
	littleRoom = 100 << 20
)

func roomLeft(path string, left uint64) checked {
	says := fmt.Sprintf("%d MB are free under %s", left>>20, path)
	switch {
	case left < littleRoom:
		return but(broken, "disk", says, "free space there: on a full disk runs wait, and nothing is approved")
	case left < enoughRoom:
		return but(advice, "disk", says, "free space there, or keep less of logs (logs-max)")
	}
	return good("disk", "%s", says)
}

// soonFull is when a disk that fills is told of, and verySoonFull when that is an
// error.
const (
	soonFull     = 30 * 24 * time.Hour
	verySoonFull = 2 * 24 * time.Hour
)

// filling says when a disk is full, if it goes on to fill as it did in the last day.
func filling(t trend, now time.Time, left int64) []checked {
	daily, full := t.fills(now, left)
	in := full.Sub(now)
	if full.IsZero() || in > soonFull {
		return nil
	}
	state := advice
	if in <= verySoonFull {
		state = broken
	}
	return []checked{but(state, "disk", fmt.Sprintf("it has %d MB less than a day ago, and is full on %s if that goes on", daily>>20, full.UTC().Format("2006-01-02")),
		"see what grows with: prentice retention show — and free space, or keep less (history-keep, events-keep, logs-keep, logs-max)")}
}

// fileSystems are those on which SQLite cannot rely, or that forget, by their number
// in statfs(2).
var fileSystems = map[uint64]string{
	0x6969: "NFS", 0x517b: "SMB", 0xfe534d42: "SMB", 0xff534d42: "CIFS", 0x65735546: "FUSE", 0x01021997: "9p", 0x01021994: "tmpfs", 0x794c7630: "overlay",
}

func fileSystem(kind uint64, postgres bool) checked {
	const about = "file system"
	switch name := fileSystems[kind]; name {
	case "":
		return good(about, "a local one")
	case "tmpfs":
		return but(broken, about, "tmpfs: what is written is gone after a restart of the machine", "put the data folder on a disk")
	case "overlay":
		return but(advice, about, "overlay: what is written is gone with the container, unless the data folder is a volume", "mount a volume there")
	default:
		if postgres {
			return but(advice, about, name+": locks on it may not hold between machines", "put the data folder on a local disk, unless replicas share it")
		}
		return but(broken, about, name+": SQLite needs locks and memory that a file system of the network does not keep, and a database on it can be damaged", "put the data folder on a local disk, or use PostgreSQL (database)")
	}
}

// tooOpen says whether others than its owner can read a file that they must not.
func tooOpen(name string, mode fs.FileMode) bool {
	return mode.Perm()&0o077 != 0 && filepath.Ext(name) != ".pub" && filepath.Base(name) != "known_hosts"
}

// mostSkew is how far the clocks of a database and of this machine may be apart.
const mostSkew = 2 * time.Second

func skewed(skew time.Duration) checked {
	const about = "database clock"
	if skew < -mostSkew || skew > mostSkew {
		return but(broken, about, fmt.Sprintf("it is %s off this machine's: leases of replicas and cooldowns end at the wrong time", skew.Round(time.Millisecond)), "let both machines be set by the same time servers")
	}
	return good(about, "within %s of this machine's", skew.Abs().Round(time.Millisecond))
}

// fewFiles is a limit of open files with which many hosts at once cannot be reached.
const fewFiles = 4096

func openFilesLimit(limit uint64) checked {
	if limit < fewFiles {
		return but(advice, "open files", fmt.Sprintf("at most %d: a run on hundreds of hosts may not reach them all", limit), "raise it: LimitNOFILE=65536 in the unit, or ulimit -n 65536")
	}
	return good("open files", "at most %d", limit)
}

// backupEvery is how old the last backup should be at most.
const backupEvery = 48 * time.Hour

func backupAge(last *lastBackup, now time.Time) checked {
	const about, try = "backup", "prentice backup FILE every night, and then to another machine"
	if last == nil {
		return but(advice, about, "none was made with prentice backup", try)
	}
	says := fmt.Sprintf("the last is %s of %s, up to line %d of evidence", last.File, last.Made.UTC().Format("2006-01-02 15:04 UTC"), last.Lines)
	switch {
	case now.Sub(last.Made) > backupEvery:
		return but(advice, about, says, try)
	case last.Made.After(now.Add(time.Hour)):
		return but(advice, about, says+", which is still to come: a clock was changed", "look at this machine's clock")
	}
	return good(about, "%s", says)
}

// unitFit judges the service unit, from what systemctl show prints of it.
func unitFit(shown string) []checked {
	const about = "service unit"
	is := map[string]string{}
	for line := range strings.Lines(shown) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		is[key] = value
	}
	if is["LoadState"] != "loaded" {
		return nil
	}
	var list []checked
	if is["KillMode"] != "process" {
		list = append(list, but(broken, about, "KillMode="+is["KillMode"]+": a stop ends the steps under way in their middle", "write KillMode=process under [Service]: systemctl edit prentice"))
	}
	if is["Type"] != "notify" {
		list = append(list, but(advice, about, "Type="+is["Type"]+": systemd takes it for started before it is ready", "write Type=notify under [Service]"))
	}
	if len(list) == 0 {
		list = append(list, good(about, "prentice.service is %s; KillMode=process, Type=notify", is["ActiveState"]))
	}
	return list
}
