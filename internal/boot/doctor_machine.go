package boot

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"prentice/internal/adapter/checkrun"
)

// dataFolder looks at the folder and at the disk under it.
func dataFolder(ctx context.Context, set Settings) []checked {
	const about = "data folder"
	is, err := os.Stat(set.Data)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return []checked{but(advice, about, set.Data+" is not there: prentice was never started here", "start it with: prentice up — or name another with --data")}
	case err != nil:
		return []checked{but(broken, about, err.Error(), "let this user read it, or run doctor as the user who runs prentice")}
	case !is.IsDir():
		return []checked{but(broken, about, set.Data+" is no folder", "name another with --data")}
	}
	var list []checked
	switch at, served := serving(ctx, set.Data); {
	case isFolder(filepath.Join(set.Data, restoringFolder)):
		list = append(list, but(broken, about, "a restore into "+set.Data+" goes on, or did not come to its end", "if none is under way, remove the folder and restore again"))
	case is.Mode().Perm()&0o077 != 0:
		list = append(list, but(broken, about, set.Data+" can be read by others of this machine", "chmod 700 "+set.Data))
	case served:
		list = append(list, good(about, "served at %s by process %d", at.URL, at.PID))
	default:
		list = append(list, good(about, "no one serves it at the moment"))
	}
	if set.presence() == started && syscall.Access(set.Data, 2) != nil {
		list = append(list, but(broken, about, "this user may not write to "+set.Data, "run prentice as the user whom it belongs to"))
	}
	left := room(set.Data)
	list = append(list, roomLeft(set.Data, left))
	list = append(list, filling(readTrend(filepath.Join(set.Data, inFolder(set.Replica, ""))), time.Now(), int64(min(left, 1<<62)))...) //nolint:gosec // it is no more than that
	var disk syscall.Statfs_t
	if syscall.Statfs(set.Data, &disk) == nil {
		list = append(list, fileSystem(uint64(uint32(disk.Type)), set.postgres())) //nolint:gosec // the number of a file system has 32 bits
	}
	return list
}

// fileModes looks for keys and secrets that others can read.
func fileModes(data string) []checked {
	var open []string
	seen := 0
	for _, folder := range []string{"keys", secretsFolder, "ssh", "certificates"} {
		filepath.WalkDir(filepath.Join(data, folder), func(path string, d fs.DirEntry, err error) error { //nolint:errcheck // what cannot be read is told of elsewhere
			if err != nil || !d.Type().IsRegular() {
				return nil
			}
			if about, err := d.Info(); err == nil {
				seen++
				if tooOpen(path, about.Mode()) {
					open = append(open, path)
				}
			}
			return nil
		})
	}
	switch {
	case len(open) > 0:
		return []checked{but(broken, "keys, secrets", strings.Join(open[:min(3, len(open))], ", ")+" can be read by others", "chmod 600 "+open[0]+" — and if someone may have copied it, make a new one")}
	case seen > 0:
		return []checked{good("keys, secrets", "%d files, for their owner alone", seen)}
	}
	return nil
}

// tools are programs that prentice calls, and what is missing without them.
var tools = []struct {
	name, without, try string
	state              health
}{
	{"sh", "no step can run on this machine", "in an image without a shell, steps run on other machines over SSH only", advice},
	{"setsid", "a step on this machine ends when prentice is killed, instead of outliving it", "install util-linux", advice},
	{"bash", "bash steps cannot run on this machine", "install bash, or write sh steps", advice},
	{"git", "procedures that use git, and the team folder's history, are not to be had here", "install git", advice},
}

// machineHealth looks at programs, limits, the clock and the service unit.
func machineHealth(ctx context.Context, set Settings) []checked {
	var list []checked
	var found []string
	for _, t := range tools {
		if _, err := exec.LookPath(t.name); err != nil {
			list = append(list, but(t.state, "programs", "there is no "+t.name+": "+t.without, t.try))
			continue
		}
		found = append(found, t.name)
	}
	if _, err := exec.LookPath("go"); err == nil {
		if _, err := checkrun.Govulncheck(os.Getenv); err != nil {
			list = append(list, but(advice, "programs", "there is no govulncheck: prentice dependency reach does not know which vulnerabilities code of Go calls", "go install golang.org/x/vuln/cmd/govulncheck@latest"))
		} else {
			found = append(found, "govulncheck")
		}
	}
	if len(found) > 0 {
		list = append(list, good("programs", "%s", strings.Join(found, ", ")))
	}
	list = append(list, helperHealth(set), containersHealth(ctx), environmentsHealth(ctx))
	list = append(list, providersHealth()...)
	var files syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &files) == nil {
		list = append(list, openFilesLimit(files.Cur))
	}
	switch inTime, known := clockSet(); {
	case known && !inTime:
		list = append(list, but(advice, "clock", "this machine's clock is not set by a time server: schedules, expiries and second factors go by it", "start systemd-timesyncd or chrony"))
	case known:
		list = append(list, good("clock", "set by a time server"))
	}
	return append(list, serviceUnit(ctx)...)
}

// helperHealth says which program steps on hosts are begun with.
func helperHealth(set Settings) checked {
	const about = "helper on hosts"
	list, err := set.build.helpers()
	switch {
	case err != nil:
		return but(broken, about, err.Error(), "build prentice anew with: make build")
	case set.Helper == forbidden:
		return good(about, "forbidden by the setting helper: steps on hosts begin by a shell")
	case len(list) == 0:
		return but(advice, about, "this prentice was built without one: a step that changes something on a host costs several times as much", "build it with: make build")
	}
	var names []string
	for _, h := range list {
		names = append(names, h.Name+" sha256:"+h.Digest[:12])
	}
	return good(about, "%s", strings.Join(names, ", "))
}

// serviceUnit asks systemd for the unit, where there is one.
func serviceUnit(ctx context.Context) []checked {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	shown, err := exec.CommandContext(ctx, "systemctl", "show", "prentice.service", "--property=LoadState,ActiveState,KillMode,Type").Output()
	if err != nil {
		return nil // no systemd here
	}
	return unitFit(string(shown))
}

func lastBackupHealth(set Settings, now time.Time) checked {
	raw, err := os.ReadFile(filepath.Join(set.Data, lastBackupFile))
	var last lastBackup
	if err != nil || json.Unmarshal(raw, &last) != nil {
		return backupAge(nil, now)
	}
	return backupAge(&last, now)
}
