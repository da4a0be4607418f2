package crash

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"prentice/internal/demo"
	"prentice/internal/kit/freeport"
)

// lane is a folder with running sample services and an installation of prentice,
// in which trials follow each other.
type lane struct {
	tpl   *template
	data  string
	state string // of the services
	far   string // the home folder of the other machine
	team  *crew
	shop  demo.Where

	where  where
	drop   func()  // what the installation needs no more; nil when there is none
	server *server // that is up
	twins  bool    // a second server shares the database, and goes on when the first dies
	second *server // that one, until then
	heir   *server // a stray one that took over from the dead
	age    int     // trials that the installation has seen
	trials int     // of this lane
}

// oldest is how many trials an installation sees.
const oldest = 12

func freePorts() (demo.Ports, error) {
	ports := demo.Ports{}
	for _, name := range demo.Names() {
		var err error
		if ports[name], err = freeport.Give(); err != nil {
			return nil, err
		}
	}
	return ports, nil
}

func openLane(t *testing.T, tpl *template) (*lane, error) {
	dir := t.TempDir()
	l := &lane{tpl: tpl, data: filepath.Join(dir, "data"), state: filepath.Join(dir, "data", "work"), far: filepath.Join(dir, "far", "home")}
	if err := errors.Join(os.MkdirAll(l.data, 0o700), os.MkdirAll(l.shared(), 0o700), l.linkState()); err != nil {
		return nil, err
	}
	ports, err := freePorts()
	if err != nil {
		return nil, err
	}
	if l.team, err = install(filepath.Join(dir, "team"), l.state, tpl.shop, ports); err != nil {
		return nil, err
	}
	if err := raiseFar(t, dir, l.team.folder, l.state); err != nil {
		return nil, err
	}
	l.shop = demo.Where{Team: l.team.folder, State: l.state, Bin: tpl.shop}
	t.Cleanup(func() {
		if err := demo.Stop(ctx(), l.shop); err != nil {
			t.Error(err)
		}
	})
	return l, nil
}

// shared is where the state of the services is, on another disk than the data
// folder when that has a small one.
func (l *lane) shared() string { return filepath.Join(filepath.Dir(l.data), "shared") }

func (l *lane) linkState() error { return os.Symlink(l.shared(), l.state) }

// begin makes sure that there is an installation with a server, fresh when the
// scenario wants to be alone in it.
func (l *lane) begin(sc scenario) error {
	l.trials++
	l.age++
	if l.drop != nil && !sc.alone && !l.twins && l.age <= oldest {
		return nil
	}
	l.close()
	// A copy counts its runs anew, and would find the claims of the one before.
	if err := os.RemoveAll(filepath.Join(l.far, ".prentice")); err != nil {
		return err
	}
	w, drop, err := l.tpl.copyTo(l.data)
	if err != nil {
		return err
	}
	w.team = l.team.folder
	l.where, l.drop, l.age = w, drop, 1
	return nil
}

// close ends the installation.
func (l *lane) close() {
	for _, s := range []*server{l.server, l.second, l.heir} {
		if s != nil {
			s.end(syscall.SIGKILL)
		}
	}
	l.server, l.second, l.heir = nil, nil, nil
	if l.drop != nil {
		l.drop()
		l.drop = nil
	}
}

func (l *lane) arrange(sc scenario) error {
	for _, name := range []string{"kill-at", "charges", "far-charges", "backup", "orders.lock.stale"} {
		if err := os.RemoveAll(filepath.Join(l.state, name)); err != nil {
			return err
		}
	}
	if err := l.services(sc.down); err != nil {
		return err
	}
	for _, name := range demo.Names() {
		if err := os.Truncate(demo.LogFile(l.state, name), 0); err != nil {
			return err
		}
	}
	if err := l.team.spoil(sc.spoil); err != nil {
		return err
	}
	if sc.before != nil {
		return sc.before(l.state)
	}
	return nil
}

// services starts all services but one, and kills that one.
func (l *lane) services(down string) error {
	missing := false
	for _, name := range demo.Names() {
		_, alive := demo.Alive(l.state, name)
		missing = missing || !alive && name != down
		if name == demo.Orders && !alive {
			if err := os.RemoveAll(demo.LockFile(l.state)); err != nil {
				return err
			}
		}
	}
	if missing {
		if err := demo.Start(ctx(), l.shop); err != nil {
			return err
		}
	}
	if text, err := os.ReadFile(demo.StateFile(l.state)); err != nil || len(text) == 0 {
		if err := os.WriteFile(demo.StateFile(l.state), []byte(`{"order":1,"item":"tea"}`+"\n"), 0o600); err != nil {
			return err
		}
	}
	if _, alive := demo.Alive(l.state, down); down == "" || !alive {
		return nil
	}
	_, err := demo.Kill(ctx(), l.state, down)
	return err
}

// arm says where prentice dies next: at a commit, at a place in a step, or, with
// "", nowhere. The wish is another one each time, so that the count begins again.
func (l *lane) arm(kill string, life int) error {
	place := filepath.Join(l.state, "kill-at")
	if err := os.RemoveAll(place); err != nil {
		return err
	}
	if kill != "" && !isCommit(kill) {
		if err := os.WriteFile(place, []byte(kill), 0o600); err != nil {
			return err
		}
		kill = ""
	}
	return os.WriteFile(l.wish(), fmt.Appendf(nil, "%s trial %d, life %d", kill, l.trials, life), 0o600)
}

func (l *lane) wish() string { return filepath.Join(l.state, "wish") }

// noWish is the wish of a server that is not killed.
func (l *lane) noWish() string { return filepath.Join(l.state, "no-wish") }

// up starts the server, if there is none.
func (l *lane) up() (err error) {
	if l.server == nil && l.second != nil {
		l.server, l.second = l.second, nil // it takes over
		return nil
	}
	if l.server != nil {
		return nil
	}
	if l.twins {
		l.where.replica = "a"
	}
	if l.server, err = up(l.tpl.program, l.where, l.wish()); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(l.state, "prentice.pid"), fmt.Appendln(nil, l.server.process.Pid), 0o600); err != nil || !l.twins {
		return err
	}
	return l.upSecond()
}

// upSecond starts the second server once the first leads. It is never killed.
func (l *lane) upSecond() (err error) {
	if err := l.server.answers(); err != nil {
		return unless(err, errEnded)
	}
	w := l.where
	w.replica = "b"
	if l.second, err = up(l.tpl.program, w, l.noWish()); err != nil {
		return err
	}
	return l.second.answers()
}
