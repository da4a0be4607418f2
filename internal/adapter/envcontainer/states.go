package envcontainer

import (
	"context"
	"errors"
	"slices"
	"strings"

	"prentice/internal/engine/environment"
	"prentice/internal/kit/container"
)

const killed = 137 // by SIGKILL, as engines say it

// States implements environment.Backend.
func (b *Backend) States(ctx context.Context, id string) (map[string]environment.State, error) {
	list, err := b.engine.List(ctx, false, b.carries(id)...)
	if err != nil {
		return nil, b.trouble(ctx, err, "%s does not list containers", b)
	}
	all := map[string]environment.State{}
	for _, c := range list {
		s, err := b.engine.State(ctx, c.ID)
		switch {
		case errors.Is(err, container.ErrMissing):
			continue
		case err != nil:
			return nil, b.trouble(ctx, err, "%s does not say how a container is", b)
		case s.State.StartedAt.Year() < 2000: // it was made and never begun
			continue
		}
		if s.State.Running {
			// Who looks is told how it is, also where its opening cannot be made again.
			b.opened(ctx, s, strings.Fields(c.Labels[labelHosts])) //nolint:errcheck // it is tried at the next look
		} else {
			b.closeOpening(c.ID)
		}
		all[c.Labels[labelService]] = b.stateOf(ctx, id, c, s)
	}
	return all, nil
}

func (b *Backend) stateOf(ctx context.Context, id string, c container.Listed, s container.State) environment.State {
	i, imageErr := b.engine.Image(ctx, s.Image)
	b.mu.Lock()
	defer b.mu.Unlock()
	state := environment.State{
		Running: s.State.Running, Code: s.State.ExitCode, Said: s.State.Error,
		Since: s.State.StartedAt, Restarts: b.begun[c.ID],
	}
	// An engine may miss why a first process was killed. From within its container no one can;
	// from outside it is this back end, an administrator, or the limit of memory.
	state.Killed = s.State.OOMKilled || !s.State.Running && s.State.ExitCode == killed && !b.ended[c.ID]
	if imageErr == nil {
		state.Version = digestOf("", i)
	}
	if said := b.overfull[id]; said != "" && !state.Running {
		state.Said = said
	}
	return state
}

// Stop implements environment.Backend.
func (b *Backend) Stop(ctx context.Context, s environment.Spec, name string) error {
	one, _ := service(s, name)
	grace := one.StopGrace
	if grace <= 0 {
		grace = defaultGrace
	}
	ctx, end, err := b.begin(ctx, s.ID, name)
	if err != nil {
		return err
	}
	defer end()
	list, err := b.engine.List(ctx, false, append(b.carries(s.ID), labelService+"="+name)...)
	if err != nil {
		return b.trouble(ctx, err, "%s does not list containers", b)
	}
	for _, c := range list {
		if c.State != "running" && c.State != "stopping" {
			continue
		}
		b.mu.Lock()
		b.ended[c.ID] = true
		b.mu.Unlock()
		if err := b.engine.Stop(ctx, c.ID, grace); err != nil && !errors.Is(err, container.ErrMissing) {
			return b.trouble(ctx, err, "the service %s cannot be stopped", name)
		}
		b.closeOpening(c.ID)
	}
	return nil
}

// All implements environment.Backend.
func (b *Backend) All(ctx context.Context) ([]string, error) {
	own := labelInstallation + "=" + b.installation
	containers, err := b.engine.List(ctx, false, own)
	networks, failed := b.engine.Networks(ctx, own)
	volumes, bad := b.engine.Volumes(ctx, own)
	pins, none := b.engine.Tags(ctx, b.repository())
	if err := errors.Join(err, failed, bad, none); err != nil {
		return nil, b.trouble(ctx, err, "%s does not list what there is", b)
	}
	var ids []string
	for _, c := range containers {
		ids = append(ids, c.Labels[labelEnvironment])
	}
	for _, n := range networks {
		ids = append(ids, n.Labels[labelEnvironment])
	}
	for _, v := range volumes {
		ids = append(ids, v.Labels[labelEnvironment])
	}
	for pin := range pins {
		id, _, _ := strings.Cut(strings.TrimPrefix(pin, b.repository()), ":")
		if id != builtName {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return slices.DeleteFunc(slices.Compact(ids), func(id string) bool { return !isID.MatchString(id) }), nil
}
