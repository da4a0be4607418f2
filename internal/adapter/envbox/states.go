package envbox

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"prentice/internal/adapter/provider"
	"prentice/internal/engine/environment"
	"prentice/internal/kit/cell"
	"prentice/internal/kit/term"
)

func itoa(n int) string { return strconv.Itoa(n) }

func clippedTo(s string, most int) string {
	if len(s) > most {
		s = "…" + s[len(s)-most:]
	}
	return term.Line(strings.ToValidUTF8(s, "?"))
}

// endedByKill is the code of what the kernel ended.
const endedByKill = 137

// States implements environment.Backend: what the keeper says, and where none is, what the last one wrote.
func (b *Box) States(ctx context.Context, id string) (map[string]environment.State, error) {
	r, c, err := b.running(id)
	if err != nil {
		return nil, err
	}
	all := b.written(id)
	if c != nil {
		said, err := c.States(ctx)
		if err != nil && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err == nil {
			for name, st := range all {
				if _, here := said[name]; !here {
					said[name] = left(st)
				}
			}
			return r.states(said), nil
		}
	}
	for name, st := range all {
		all[name] = left(st)
	}
	return r.states(all), nil
}

// left is a service that an earlier keeper had.
func left(st cell.State) cell.State {
	if st.Running {
		st.Running, st.Code = false, endedByKill
	}
	return st
}

// written is how services were, as their keepers wrote it.
func (b *Box) written(id string) map[string]cell.State {
	all := map[string]cell.State{}
	list, _ := os.ReadDir(filepath.Join(b.folder(id), "state")) // without it nothing was begun
	for _, e := range list {
		text, _ := os.ReadFile(filepath.Join(b.folder(id), "state", e.Name())) // it may go just now
		var st cell.State
		if !strings.HasSuffix(e.Name(), ".new") && json.Unmarshal(text, &st) == nil && st.Begun > 0 {
			all[e.Name()] = st
		}
	}
	return all
}

func (r *room) states(all map[string]cell.State) map[string]environment.State {
	r.said.Lock()
	defer r.said.Unlock()
	list := map[string]environment.State{}
	for name, st := range all {
		one := environment.State{Running: st.Running, Code: st.Code, Since: st.Began, Restarts: max(0, st.Begun-1), Version: r.versions[name]}
		if !st.Running {
			if !st.Ended.IsZero() {
				one.Since = st.Ended
			}
			byOther := len(r.of.place.Trees()) == 0 && (st.Code == 126 || st.Code == 127) // prlimit begins it, and says so
			if st.Unmade || byOther {
				one.Said = "it could not be begun" + r.of.lastLines(r.id, name)
			}
			if r.over != "" && st.Code == endedByKill {
				one.Said = r.over
			}
			if g := r.services[name]; g != nil && g.Use().Killed > r.killed[name] {
				one.Killed = true
			}
		}
		list[name] = one
	}
	return list
}

// Version is that of a provider of this machine; "" is not known.
func Version(kind string) string {
	if kind == "" {
		return ""
	}
	s, err := provider.Find(kind)
	if err != nil {
		return ""
	}
	return s.Version
}
