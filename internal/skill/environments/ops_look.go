package environments

import (
	"cmp"
	"context"
	"errors"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/environment"
	"prentice/internal/kit/clip"
	"prentice/internal/op"
)

func (k *Desk) enter(ctx context.Context, c op.Call, in EnterIn) (Entered, error) {
	if len(in.Command) == 0 {
		return Entered{}, prentice.Errorf(prentice.Invalid, "nothing is said that is to be performed there, and there is no terminal here").Try("say it: prentice env enter %s %s -- ls", clip.Text(in.Env), cmp.Or(clip.Text(in.Service), "SERVICE"))
	}
	e, b, in, err := k.within(ctx, in)
	if err != nil {
		return Entered{}, err
	}
	if err := k.Note(ctx, c.Now, prentice.Note{Kind: "environment.entered", Actor: c.Actor.Ref(), Refs: e.Refs(), Data: map[string]any{"service": in.Service, "command": in.Command}}); err != nil {
		return Entered{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	out := &bounded{most: 256 << 10}
	code, err := b.Exec(ctx, e.ID, in.Service, environment.Program{Argv: in.Command, Out: out})
	if err != nil {
		return Entered{}, err
	}
	return Entered{Env: e.Ref(), Service: in.Service, Code: code, Printed: strings.ToValidUTF8(out.String(), "?"), Cut: out.cut}, nil
}

// within is what is entered: an environment of which anything runs, its back end, and a service
// that has a name. Where none was said, it is the only one.
func (k *Desk) within(ctx context.Context, in EnterIn) (environment.Environment, environment.Backend, EnterIn, error) {
	e, b, err := k.reached(ctx, in.Env, in.Service)
	if err != nil {
		return e, nil, in, err
	}
	if e.Stage != environment.Making && e.Stage != environment.Ready {
		return e, nil, in, prentice.Errorf(prentice.Conflict, "%s is %s: nothing of it runs", e.Ref(), e.Stage).Try("see what its services printed: prentice env logs %s", e.ID)
	}
	if in.Service == "" {
		var goOn []string
		for _, s := range e.Spec.Services {
			if !s.Once {
				goOn = append(goOn, s.Name)
			}
		}
		if len(goOn) != 1 {
			return e, nil, in, prentice.Errorf(prentice.Invalid, "%s has %s", e.Ref(), op.Count(len(goOn), "service", "services")).Try("say which: %s", strings.Join(goOn, ", "))
		}
		in.Service = goOn[0]
	}
	return e, b, in, nil
}

// reached is an environment with its back end, where it has a service of the name; "" is
// any.
func (k *Desk) reached(ctx context.Context, name, service string) (environment.Environment, environment.Backend, error) {
	e, err := k.find(ctx, name)
	if err != nil {
		return e, nil, err
	}
	if service != "" && e.Spec.Service(service) == nil {
		return e, nil, prentice.Errorf(prentice.NotFound, "%s has no service %q", e.Ref(), clip.Text(service)).Try("it has: %s", strings.Join(serviceNames(e.Spec), ", "))
	}
	b, err := k.Backend(e)
	return e, b, err
}

func serviceNames(s environment.Spec) (names []string) {
	for _, one := range s.Services {
		names = append(names, one.Name)
	}
	return names
}

// bounded keeps the first bytes that are written.
type bounded struct {
	strings.Builder
	most int
	cut  bool
}

func (b *bounded) Write(p []byte) (int, error) {
	n := len(p)
	if left := b.most - b.Len(); n > left {
		p, b.cut = p[:max(0, left)], true
	}
	b.Builder.Write(p)
	return n, nil
}

// compare says in what two environments differ, or two places.
func (k *Desk) compare(ctx context.Context, c op.Call, in CompareIn) (Compared, error) {
	if strings.HasPrefix(in.A, "place/") && strings.HasPrefix(in.B, "place/") {
		return k.comparePlaces(ctx, c, in)
	}
	a, err := k.find(ctx, in.A)
	if err != nil {
		return Compared{}, err
	}
	b, err := k.find(ctx, in.B)
	if err != nil {
		return Compared{}, err
	}
	out := Compared{A: a.Ref(), B: b.Ref(), Differences: []Difference{}}
	left, right := facts(a), facts(b)
	keys := slices.Sorted(maps.Keys(left))
	for key := range right {
		if _, both := left[key]; !both {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	for _, key := range slices.Compact(keys) {
		if left[key] == right[key] {
			out.Same++
			continue
		}
		service, what, _ := strings.Cut(key, " ")
		out.Differences = append(out.Differences, Difference{Service: service, What: what, A: left[key], B: right[key]})
	}
	return out, nil
}

// comparePlaces says which versions two shared places have that differ.
func (k *Desk) comparePlaces(ctx context.Context, c op.Call, in CompareIn) (Compared, error) {
	a, err := k.Rules().Place(in.A)
	if err != nil {
		return Compared{}, err
	}
	b, err := k.Rules().Place(in.B)
	if err != nil {
		return Compared{}, err
	}
	all, err := k.deployed(ctx, c.Now)
	if err != nil {
		return Compared{}, err
	}
	out := Compared{A: a.Ref(), B: b.Ref(), Differences: []Difference{}}
	more, same := apart(at(a.Name, all), at(b.Name, all))
	out.Differences, out.Same = append(out.Differences, more...), same
	return out, nil
}

// facts are what two environments are compared by. Of a secret it is the name.
func facts(e environment.Environment) map[string]string {
	out := map[string]string{"- commit": e.Commit, "- back end": e.Backend}
	versions := map[string]string{}
	for _, s := range e.Services {
		versions[s.Service] = s.Version
	}
	for _, s := range e.Spec.Services {
		put := func(what, value string) {
			if value != "" {
				out[s.Name+" "+what] = value
			}
		}
		put("is there", "yes")
		put("image", s.Image)
		put("provider", s.Provider)
		put("version", versions[s.Name])
		put("data", s.Template)
		put("server", map[bool]string{true: "shared"}[s.Shared])
		put("command", strings.Join(slices.Concat(s.Entrypoint, s.Command), " "))
		put("seed", map[bool]string{true: "runs once"}[s.Once])
		for name, value := range s.Env {
			put("variable "+name, value)
		}
		for name, secret := range s.Secret {
			put("secret "+name, secret)
		}
		for _, f := range s.Files {
			if f.Secret != "" {
				put("file "+f.Path, "the secret "+f.Secret)
			} else {
				put("file "+f.Path, prentice.Digest(f.Content))
			}
		}
	}
	return out
}

// logs are the last lines that services printed: of those that run, and of those that do
// not what was kept when they ended.
func (k *Desk) logs(ctx context.Context, _ op.Call, in LogsIn) (Logs, error) {
	e, err := k.find(ctx, in.Env)
	if err != nil {
		return Logs{}, err
	}
	if in.Service != "" && e.Spec.Service(in.Service) == nil {
		_, _, err := k.reached(ctx, in.Env, in.Service)
		return Logs{}, err
	}
	out := Logs{Env: e.Ref(), Services: []Printed{}}
	for _, name := range serviceNames(e.Spec) {
		if in.Service != "" && in.Service != name {
			continue
		}
		text, err := k.printed(ctx, e, name)
		if err != nil {
			return Logs{}, err
		}
		lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
		if text == "" {
			lines = []string{}
		}
		more := max(0, len(lines)-in.Tail)
		out.Services = append(out.Services, Printed{Service: name, Lines: lines[more:], More: more})
	}
	return out, nil
}

func (k *Desk) printed(ctx context.Context, e environment.Environment, service string) (string, error) {
	kept := func() (string, error) { return k.Printed(ctx, e.ID, service) }
	if e.Stage != environment.Making && e.Stage != environment.Ready {
		return kept()
	}
	b, err := k.Backend(e)
	if err != nil {
		return "", err
	}
	r, err := b.Logs(ctx, e.ID, service, time.Time{}, false)
	if prentice.KindOf(err) == prentice.NotFound || err == nil && r == nil {
		return kept()
	}
	if err != nil {
		return "", err
	}
	text, err := io.ReadAll(io.LimitReader(r, 4<<20))
	return strings.ToValidUTF8(string(text), "?"), errors.Join(err, r.Close())
}

// followLogs tells each line that services print, from now on.
func (k *Desk) followLogs(ctx context.Context, c op.Call, in FollowIn, emit func(Line) error) error {
	if in.Env == "" {
		return prentice.Errorf(prentice.Invalid, "no environment is named").Try("name one: prentice env list")
	}
	e, b, err := k.reached(ctx, in.Env, in.Service)
	if err != nil {
		return err
	}
	if e.Stage != environment.Making && e.Stage != environment.Ready {
		return prentice.Errorf(prentice.Conflict, "%s is %s: nothing of it prints", e.Ref(), e.Stage).Try("see what was printed: prentice env logs %s", e.ID)
	}
	names := serviceNames(e.Spec)
	if in.Service != "" {
		names = []string{in.Service}
	}
	return followAll(ctx, b, e.ID, names, c.Now, emit)
}
