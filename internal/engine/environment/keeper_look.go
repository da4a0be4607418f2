package environment

import (
	"context"
	"fmt"
	"strings"

	"prentice/internal/kit/clip"
)

// looked joins what the back end says with what is remembered. A service that another
// process had begun, and that does not run any more, was lost with that process: it is begun
// again, whatever its policy says of a service that ends. One that ended by itself then ends
// by itself once more, and that counts.
func (k *keeper) looked(e Environment, states map[string]State, first bool) map[string]Looked {
	k.mu.Lock()
	defer k.mu.Unlock()
	was := map[string]Seen{}
	for _, s := range e.Services {
		was[s.Service] = s
	}
	looked := map[string]Looked{}
	for _, one := range e.Spec.Services {
		at, begun := states[one.Name]
		l := Looked{State: at, Begun: begun, Pulse: k.pulses[one.Name], Begins: k.begins[one.Name], Last: k.last[one.Name], Done: was[one.Name].Done}
		if begun && !at.Running && at.Code == 0 && at.Said == "" && !at.Killed && one.Once || e.Spec.seeds(one.Name) != "" {
			l.Done = true // the data of a seed is there since the environment was prepared
		}
		ran := was[one.Name].State == Running || was[one.Name].State == Well || was[one.Name].State == Starting || was[one.Name].State == Unwell
		if first && begun && !at.Running && !l.Done && (ran || e.Stage == Making) {
			k.lost[one.Name] = true
		}
		if k.lost[one.Name] && l.Begins == 0 {
			l.Begun = false
		}
		looked[one.Name] = l
	}
	return looked
}

func (k *keeper) forget(service string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.pulses, service)
}

// askHealth asks those whose health is due, each by itself: one that hangs holds up no other.
func (k *keeper) askHealth(ctx context.Context, b Backend, spec Spec, looked map[string]Looked) {
	now := k.c.Clock()
	for _, one := range spec.Services {
		at := looked[one.Name]
		if one.Health == nil || one.Health.Argv() == nil || !at.Running {
			continue
		}
		k.mu.Lock()
		due := !k.asking[one.Name] && !now.Before(k.pulses[one.Name].Due(*one.Health))
		if due {
			k.asking[one.Name] = true
		}
		k.mu.Unlock()
		if !due {
			continue
		}
		k.c.all.Go(func() {
			h := *one.Health
			asked, cancel := context.WithTimeout(ctx, h.Patience())
			defer cancel()
			out := &tail{most: 400}
			code, err := b.Exec(asked, spec.ID, one.Name, Program{Argv: h.Argv(), Out: out})
			says := strings.TrimSpace(out.String())
			switch {
			case asked.Err() != nil && ctx.Err() == nil:
				err, says = asked.Err(), fmt.Sprintf("the health check took longer than %s", h.Patience())
			case err != nil:
				says = err.Error()
			case code != 0 && says == "":
				says = fmt.Sprintf("its health check ended with code %d", code)
			}
			k.mu.Lock()
			defer k.mu.Unlock()
			k.asking[one.Name] = false
			if ctx.Err() == nil {
				k.pulses[one.Name] = k.pulses[one.Name].Beat(h, at.Since, k.c.Clock(), err == nil && code == 0, clip.To(says, 300))
			}
		})
	}
}
