package compose

import (
	"fmt"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/compose-spec/compose-go/v2/types"

	"prentice/internal/engine/environment"
	"prentice/internal/kit/nearest"
	"prentice/internal/kit/pattern"
)

// project puts into p what a whole model says.
func (l *load) project(p *Project, whole *types.Project, env types.Mapping) error {
	names, err := l.serviceNames(whole)
	if err != nil {
		return err
	}
	top, err := l.topOwn(whole.Extensions[ours])
	if err != nil {
		return err
	}
	p.hosts = top.Hosts
	volumes := &volumes{taken: map[string]bool{}}
	for name := range whole.Volumes {
		volumes.taken[name] = true
	}
	networks, secrets := map[string]bool{}, map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(whole.Services)) {
		one := whole.Services[name]
		if err := l.environment(name, &one, env); err != nil {
			return err
		}
		whole.Services[name] = one
		made, err := l.service(name, one, whole, names, volumes)
		if err != nil {
			return err
		}
		for _, n := range made.Networks {
			networks[n] = true
		}
		for _, secret := range made.secret {
			secrets[secret] = true
		}
		p.services = append(p.services, made)
	}
	l.once(p, whole, names)
	p.volumes, p.networks, p.Secrets = volumes.list(), slices.Sorted(maps.Keys(networks)), slices.Sorted(maps.Keys(secrets))
	if len(p.networks) == 1 && p.networks[0] == "default" {
		p.networks = nil
		for i := range p.services {
			p.services[i].Networks = nil
		}
	}
	return l.ordered(p)
}

// once marks the services of which others wait for the end.
func (l *load) once(p *Project, whole *types.Project, names map[string]string) {
	ends := map[string]bool{}
	for _, one := range whole.Services {
		for of, how := range one.DependsOn {
			if how.Condition == types.ServiceConditionCompletedSuccessfully {
				ends[names[of]] = true
			}
		}
	}
	for i := range p.services {
		if p.services[i].Once = p.services[i].Once || ends[p.services[i].Name]; p.services[i].Once {
			p.services[i].Restart = environment.Never
		}
	}
}

// service is one of a model as an environment has it.
func (l *load) service(name string, one types.ServiceConfig, whole *types.Project, names map[string]string, volumes *volumes) (service, error) {
	s := service{secret: map[string]string{}, modes: map[string]fs.FileMode{}}
	s.Service = environment.Service{
		Name: names[name], Image: one.Image, Entrypoint: one.Entrypoint, Command: one.Command, Env: map[string]string{},
		WorkingDir: one.WorkingDir, User: one.User, ReadOnly: one.ReadOnly, Init: one.Init != nil && *one.Init, StopSignal: one.StopSignal,
		Limits: limits(one), Restart: l.restart(name, one), Health: health(one.HealthCheck), After: map[string]environment.Condition{},
	}
	if one.StopGracePeriod != nil {
		s.StopGrace = time.Duration(*one.StopGracePeriod)
	}
	for key, value := range one.Environment {
		if value != nil {
			s.Env[key] = *value
			continue
		}
		l.found.advise(l.places.at("services", name, "environment", key), "give it a value, or put it into .env", "service %s: environment: %s has no value here: the service does not have it", name, key)
	}
	for of, how := range one.DependsOn {
		if _, begun := whole.Services[of]; begun {
			s.After[names[of]] = environment.Condition(how.Condition)
		}
	}
	s.Aliases = aliases(name, one, whole, s.Name)
	s.Networks = append(s.Networks, slices.Sorted(maps.Keys(one.Networks))...)
	for _, at := range one.Tmpfs {
		at, _, _ = strings.Cut(at, ":")
		s.Tmpfs = append(s.Tmpfs, path.Clean(at))
	}
	var err error
	if s.Build, err = l.build(name, one.Build); err != nil {
		return s, err
	}
	l.ports(name, one, &s)
	l.mounts(name, one, &s, volumes)
	if err := l.files(name, one, whole, &s); err != nil {
		return s, err
	}
	if err := l.own(name, one, &s); err != nil {
		return s, err
	}
	if s.Image == "" && s.Build == nil && s.Provider == "" && len(s.Command)+len(s.Entrypoint) == 0 {
		l.found.refuse(l.places.at("services", name), "write image or build; or x-prentice: {sandbox: true} and a command", "service %s: it has neither an image nor a build", name)
	}
	return s, nil
}

// serviceNames are names of services as DNS labels, each its own.
func (l *load) serviceNames(whole *types.Project) (map[string]string, error) {
	names, taken := map[string]string{}, map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(whole.Services)) {
		is := strings.Trim(notLabel.ReplaceAllString(strings.ToLower(name), "-"), "-")
		if is == "" || len(is) > 63 {
			at := l.places.at("services", name)
			return nil, Finding{Path: at.path, Line: at.line, Says: fmt.Sprintf("service %q: its name can be no name of a host", name), Try: "write at most 63 letters, digits and hyphens"}
		}
		if other := taken[is]; other != "" {
			at := l.places.at("services", name)
			return nil, Finding{Path: at.path, Line: at.line, Says: fmt.Sprintf("service %s: as a name of a host it is that of service %s", name, other), Try: "give one of them another name"}
		}
		names[name], taken[is] = is, name
	}
	return names, nil
}

var (
	notLabel = regexp.MustCompile(`[^a-z0-9-]+`)
	hostname = pattern.Of(`^[A-Za-z0-9]([A-Za-z0-9_.-]{0,251}[A-Za-z0-9])?$`)
)

// aliases are the other names of a service: as it is written, those of its networks, its
// container and its host, and those that links give it.
func aliases(name string, one types.ServiceConfig, whole *types.Project, is string) []string {
	all := map[string]bool{name: true, one.ContainerName: true, one.Hostname: true}
	for _, network := range one.Networks {
		if network != nil {
			for _, alias := range network.Aliases {
				all[alias] = true
			}
		}
	}
	for _, other := range whole.Services {
		for _, link := range other.Links {
			if of, as, ok := strings.Cut(link, ":"); ok && of == name {
				all[as] = true
			}
		}
	}
	delete(all, is)
	delete(all, "")
	return slices.DeleteFunc(slices.Sorted(maps.Keys(all)), func(s string) bool { return !hostname.MatchString(s) || s == "localhost" })
}

func limits(one types.ServiceConfig) environment.Limits {
	limits := environment.Limits{Memory: int64(one.MemLimit), CPUs: float64(one.CPUS), Processes: int(one.PidsLimit)}
	if one.Deploy != nil && one.Deploy.Resources.Limits != nil {
		said := one.Deploy.Resources.Limits
		if said.MemoryBytes > 0 {
			limits.Memory = int64(said.MemoryBytes)
		}
		if said.NanoCPUs > 0 {
			limits.CPUs = float64(said.NanoCPUs)
		}
		if said.Pids > 0 {
			limits.Processes = int(said.Pids)
		}
	}
	limits.Memory, limits.CPUs, limits.Processes = max(limits.Memory, 0), max(limits.CPUs, 0), max(limits.Processes, 0)
	return limits
}

// restart is the policy of a service; one that its deploy section names goes first.
func (l *load) restart(name string, one types.ServiceConfig) environment.Restart {
	said, at := one.Restart, []string{"services", name, "restart"}
	if one.Deploy != nil && one.Deploy.RestartPolicy != nil && one.Deploy.RestartPolicy.Condition != "" {
		said, at = one.Deploy.RestartPolicy.Condition, []string{"services", name, "deploy", "restart_policy", "condition"}
	}
	policy, often, _ := strings.Cut(said, ":")
	if often != "" {
		l.found.advise(l.places.at(at...), "", "service %s: restart: the %s of %s has no effect here: how often is the environment's", name, often, policy)
	}
	switch policy {
	case "", "no", "none":
		return environment.Never
	case "any", "always":
		return environment.Always
	case "on-failure", "unless-stopped":
		return environment.Restart(policy)
	}
	l.found.refuse(l.places.at(at...), near("write ", policy, []string{"no", "always", "on-failure", "unless-stopped"}), "service %s: restart: %q is no policy", name, said)
	return environment.Never
}

// health is how a service is asked, with the specification's defaults.
func health(said *types.HealthCheckConfig) *environment.Health {
	if said == nil || said.Disable || len(said.Test) > 0 && said.Test[0] == "NONE" {
		return nil
	}
	or := func(d *types.Duration, standard time.Duration) time.Duration {
		if d == nil {
			return standard
		}
		return time.Duration(*d)
	}
	h := &environment.Health{Test: said.Test, Interval: or(said.Interval, 30*time.Second), Timeout: or(said.Timeout, 30*time.Second),
		StartPeriod: or(said.StartPeriod, 0), StartInterval: or(said.StartInterval, 5*time.Second), Retries: 3}
	if said.Retries != nil {
		h.Retries = int(min(*said.Retries, 1000))
	}
	return h
}

// ports are those that a service listens at. What they would be on this machine is told.
func (l *load) ports(name string, one types.ServiceConfig, s *service) {
	have, bound := map[int]bool{}, []string(nil)
	for _, port := range one.Ports {
		if port.Protocol == "udp" {
			l.found.advise(l.places.at("services", name, "ports", fmt.Sprint(port.Target)), "", "service %s: ports: %d/udp is not reached from outside; the services reach it", name, port.Target)
			continue
		}
		if port.Published != "" {
			bound = append(bound, port.Published+":"+fmt.Sprint(port.Target))
		}
		have[int(port.Target)] = true
	}
	if len(bound) > 0 {
		l.found.advise(l.places.at("services", name, "ports"), "", "service %s: ports: %s: nothing of the machine is bound: the address of the environment leads to the service's port", name, strings.Join(bound, ", "))
	}
	for _, port := range one.Expose {
		var from, to int
		number, protocol, _ := strings.Cut(port, "/")
		if protocol == "udp" {
			continue
		}
		n, _ := fmt.Sscanf(number, "%d-%d", &from, &to)
		if n == 1 {
			to = from
		}
		for p := from; n > 0 && p <= to && len(have) < mostPorts; p++ {
			have[p] = true
		}
	}
	for _, port := range slices.Sorted(maps.Keys(have)) {
		if port < 1 || port > 65535 {
			l.found.refuse(l.places.at("services", name, "ports"), "", "service %s: ports: %d is no port", name, port)
			continue
		}
		s.Ports = append(s.Ports, port)
	}
}

// near is a next step: the known word that someone probably meant, or those that there are.
func near(begin, word string, known []string) string {
	if one := nearest.Of(word, known); one != "" {
		return begin + one
	}
	if len(known) > 8 {
		known = known[:8]
	}
	return "there are " + strings.Join(known, ", ")
}
